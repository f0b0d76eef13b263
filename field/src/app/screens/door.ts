/** Before anything opens: enrolling this phone, choosing a PIN, typing it. */

import { StoreFull } from "../../sync/ports";
import { button, field, h } from "../dom";
import { t } from "../words";
import type { App } from "./frame";

export function enrol(app: App, code = ""): HTMLElement {
  const input = h("input", { value: code, autocapitalize: "characters", autocomplete: "off", maxlength: 10, "aria-label": t("code") });
  const said = h("p", { class: "bad", role: "alert" });
  const go = async (): Promise<void> => {
    said.textContent = "";
    try {
      said.textContent = await app.session.enrol(input.value);
      if (!said.textContent) app.show((again) => newPin(again));
    } catch (error) {
      said.textContent = t(error instanceof StoreFull ? "no_room" : "first_load");
    }
  };
  return h("main", { class: "door" }, h("h1", {}, t("enrol")), h("p", {}, app.session.wiped ? t("wiped") : t("enrol_how")),
    field(t("code"), input), said, button(t("go_on"), go, "first"));
}

export function newPin(app: App): HTMLElement {
  const said = h("p", { class: "bad", role: "alert" });
  let first = "";
  const main = h("main", { class: "door" });
  const show = (): void => {
    main.replaceChildren(h("h1", {}, first ? t("pin_again") : t("new_pin")), said, pinPad(async (pin) => {
      if (!first) {
        first = pin;
        said.textContent = "";
        show();
      } else if (pin !== first) {
        first = "";
        said.textContent = t("pins_differ");
        show();
      } else {
        await app.session.choosePin(pin).then(() => app.home(), (error: unknown) => {
          said.textContent = t(error instanceof StoreFull ? "no_room" : "first_load");
          show();
        });
      }
    }));
  };
  show();
  return main;
}

export function locked(app: App): HTMLElement {
  const said = h("p", { class: "bad", role: "alert" });
  const main = h("main", { class: "door" });
  const show = (): void => {
    main.replaceChildren(h("h1", {}, t("pin")), h("p", {}, app.session.installation?.name ?? ""), said, pinPad(async (pin) => {
      if (await app.session.unlock(pin)) return app.home();
      if ((await app.session.door()) === "server") return app.show((again) => needServer(again, t("pin_too_often")));
      said.textContent = t("pin_wrong");
      show();
    }), button(t("forgot"), () => app.show((again) => enrol(again)), "plain"));
  };
  show();
  return main;
}

export function needServer(app: App, why = t("need_server")): HTMLElement {
  const said = h("p", { class: "bad", role: "alert" });
  const go = async (): Promise<void> => {
    if (await app.session.askShare()) app.home();
    else said.textContent = t("offline");
  };
  return h("main", { class: "door" }, h("h1", {}, t("pin")), h("p", {}, why), said, button(t("go_on"), go, "first"),
    button(t("forgot"), () => app.show((again) => enrol(again)), "plain"));
}

/** Ten big keys for a gloved thumb; the sixth digit sends. */
function pinPad(typed: (pin: string) => Promise<void>): HTMLElement {
  let pin = "";
  const dots = h("output", { class: "dots", "aria-live": "polite" });
  const show = (): void => { dots.textContent = "●".repeat(pin.length) + "○".repeat(6 - pin.length); };
  const press = (digit: string): void => {
    pin = digit === "⌫" ? pin.slice(0, -1) : pin + digit;
    show();
    if (pin.length === 6) {
      const whole = pin;
      pin = "";
      void typed(whole);
    }
  };
  show();
  const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "⌫"];
  const pad = h("div", { class: "pad" }, ...keys.map((key) => key === "" ? h("span") : button(key, () => press(key))));
  pad.addEventListener("keydown", (event) => { if (/^\d$/.test(event.key)) press(event.key); });
  return h("div", {}, dots, pad);
}
