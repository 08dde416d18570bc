// What the page's scripts share: the settings that came with the page, its words, and how elements are made.

export const settings = JSON.parse(document.getElementById("settings").textContent);

export const say = (key, facts = {}) => settings.texts[key].replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");

/** Makes an element: properties, attributes and `on…` listeners by name, then children. Words never become markup. */
export function make(tag, facts = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(facts)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node) node[name] = value;
    else if (value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
