"""One app of a corporation that does not exist."""

CORP = "wwfictional0000001"
AGENT = "1000002"
SECRET = "fictional-app-secret_0123456789"
TOKEN = "fictionalCallbackToken"
AES_KEY = "aFictionalEncodingAESKeyOf43LettersAndDigit"
ROBOT_KEY = "00000000-fict-iona-lkey-000000000001"
