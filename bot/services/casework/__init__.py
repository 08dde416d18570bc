"""The life of a case: what is done with it, by whom, by when, and what each of them sees."""
