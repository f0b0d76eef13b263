/** Building elements without a word of HTML: nothing that was typed can become markup. */

type Child = Node | string | null | undefined | false;
type Given = Record<string, string | boolean | number | ((event: Event) => void) | undefined>;

export function h<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, given: Given = {}, ...children: Child[]): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

export function button(words: string, press: () => unknown, look = ""): HTMLButtonElement {
  const made: HTMLButtonElement = h("button", {
    type: "button", class: look,
    // Pressed twice with a glove, done once.
    onclick: () => {
      if (made.disabled) return;
      const done = press();
      if (done instanceof Promise) {
        made.disabled = true;
        void done.finally(() => { made.disabled = false; });
      }
    },
  }, words);
  return made;
}

export function field(label: string, input: HTMLElement): HTMLElement {
  return h("label", { class: "field" }, h("span", {}, label), input);
}

export function choices(options: [string, string][], chosen = ""): HTMLSelectElement {
  const made = h("select", {}, ...options.map(([value, words]) => h("option", { value, selected: value === chosen }, words)));
  return made;
}
