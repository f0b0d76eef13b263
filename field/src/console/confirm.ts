import { word } from "./words";

/** Ask before a step that takes something away; the question says what will happen and to how many.
 *
 * `data-confirm` stands on a form or on its button; the step's own verb is repeated on the button that does it.
 */
export function confirmBeforeSending(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const button = (event as SubmitEvent).submitter as HTMLButtonElement | null;
    const question = button?.dataset.confirm ?? form.dataset.confirm;
    if (!question || form.dataset.confirmed) {
      delete form.dataset.confirmed;
      if (!event.defaultPrevented) lockAgainstSecondPress(form);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    void ask(question, button?.textContent?.trim() || word("yes")).then((agreed) => {
      if (!agreed) return;
      form.dataset.confirmed = "yes";
      form.requestSubmit(button);
    });
  }, { capture: true });
}

function ask(question: string, verb: string): Promise<boolean> {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", verb);
  const sentence = document.createElement("p");
  sentence.className = "words";
  sentence.textContent = question;
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "actions";
  form.append(choice(word("no"), "", "btn"), choice(verb, "yes", "btn btn-danger"));
  dialog.append(sentence, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((settle) => {
    dialog.addEventListener("close", () => {
      settle(dialog.returnValue === "yes");
      dialog.remove();
    });
  });
}

function choice(label: string, value: string, look: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.className = look;
  button.value = value;
  button.textContent = label;
  return button;
}

function lockAgainstSecondPress(form: HTMLFormElement): void {
  if (form.hasAttribute("hx-post") || form.method !== "post") return;
  window.setTimeout(() => {
    form.querySelectorAll<HTMLButtonElement>("button:not([type=button])").forEach((button) => {
      button.disabled = true;
      window.setTimeout(() => { button.disabled = false; }, 4000);
    });
  }, 0);
}
