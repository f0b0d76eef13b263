/* The call-taker's keyboard: places by search, triage from the words, known callers. Without it the form still sends. */
"use strict";

const form = document.getElementById("call");
const field = (name) => form.elements.namedItem(name);
const found = document.getElementById("places");
const search = document.getElementById("place_search");
const hints = document.getElementById("hints");
let categoryChosen = field("category").value !== "";
let urgencyChosen = field("urgency").value !== "";

const waiting = new Map();
function later(key, wait, then) {
  clearTimeout(waiting.get(key));
  waiting.set(key, setTimeout(then, wait));
}

const latest = new Map();
async function load(url, target) {
  const mine = (latest.get(target) || 0) + 1;
  latest.set(target, mine);
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  if (answer.status === 401) return window.location.reload();
  const content = await answer.text();
  if (latest.get(target) === mine && answer.ok) target.innerHTML = content;
}

const query = (address, params) => `${address}?${new URLSearchParams(params)}`;
const keep = () => form.dispatchEvent(new Event("input", { bubbles: true }));

/* Places */
const options = () => [...found.querySelectorAll("[role=option]")];
function mark(option) {
  options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
  if (!option) return;
  option.scrollIntoView({ block: "nearest" });
  search.setAttribute("aria-activedescendant", option.id);
}
function selected() {
  return found.querySelector("[aria-selected=true]");
}
function show(name) {
  const line = document.getElementById("place_chosen");
  line.querySelector("[data-name]").textContent = name;
  line.hidden = !name;
}
function choose(address, name) {
  field("address").value = address;
  field("place_name").value = name;
  search.value = "";
  found.innerHTML = "";
  search.setAttribute("aria-expanded", "false");
  show(name);
  keep();
  askHints();
}
async function places(params) {
  await load(query(form.dataset.places, params), found);
  search.setAttribute("aria-expanded", String(options().length > 0));
  mark(options()[0]);
}
search.addEventListener("input", () => later("places", 120, () => {
  if (search.value.trim()) void places({ q: search.value });
  else found.innerHTML = "";
}));
search.addEventListener("keydown", (event) => {
  const list = options();
  const at = list.indexOf(selected());
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    mark(list[Math.max(0, Math.min(list.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))]);
  } else if (event.key === "ArrowRight" && selected() && selected().dataset.deeper !== undefined) {
    event.preventDefault();
    const inside = selected();
    choose(inside.dataset.address, inside.dataset.name);
    void places({ under: inside.dataset.address });
  } else if (event.key === "Enter" && !event.ctrlKey) {
    event.preventDefault();
    if (selected()) choose(selected().dataset.address, selected().dataset.name);
    document.getElementById("place").focus();
  } else if (event.key === "Escape") {
    found.innerHTML = "";
  }
});
found.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option) return;
  choose(option.dataset.address, option.dataset.name);
  if (option.dataset.deeper !== undefined) void places({ under: option.dataset.address });
});
/* The map writes the point; the nearest known door is asked for. */
field("longitude").addEventListener("change", async () => {
  const point = { latitude: field("latitude").value, longitude: field("longitude").value };
  const answer = await (await fetch(query(form.dataset.nearest, point))).json();
  if (answer.address) choose(answer.address, answer.name);
});

/* The caller */
field("caller_phone").addEventListener("input", () => later("caller", 250, () => {
  void load(query(form.dataset.caller, { caller_phone: field("caller_phone").value }), document.getElementById("caller"));
}));
document.getElementById("caller").addEventListener("click", (event) => {
  const person = event.target.closest("[data-person]");
  if (!person) return;
  field("person_id").value = person.dataset.person;
  if (person.dataset.room && !field("place").value) field("place").value = person.dataset.room;
  choose(person.dataset.address, person.dataset.name);
  field("words").focus();
});

/* Hints from the words */
function askHints() {
  const params = { words: field("words").value, address: field("address").value };
  if (categoryChosen) params.category = field("category").value;
  later("hints", 250, async () => {
    await load(query(form.dataset.hints, params), hints);
    if (!categoryChosen) follow(hints.querySelector("[data-suggest]"));
    if (!hints.querySelector("[data-join]")) field("join_into").value = "";
  });
}
function follow(suggestion) {
  field("category").value = suggestion ? suggestion.dataset.suggest : "";
  if (!urgencyChosen) field("urgency").value = suggestion ? suggestion.dataset.urgency : "";
}
field("words").addEventListener("input", askHints);
field("category").addEventListener("change", () => {
  categoryChosen = field("category").value !== "";
  askHints();
});
field("urgency").addEventListener("change", () => { urgencyChosen = field("urgency").value !== ""; });
hints.addEventListener("click", (event) => {
  const suggestion = event.target.closest("[data-suggest]");
  if (!suggestion) return;
  follow(suggestion);
  categoryChosen = true;
  askHints();
});
hints.addEventListener("change", (event) => {
  if (event.target.matches("[data-join]")) field("join_into").value = event.target.value;
});

/* The whole form */
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    form.requestSubmit(document.getElementById("log"));
  } else if (event.key === "Enter" && event.target.matches("input:not(#place_search)")) {
    event.preventDefault();
    const order = [...form.querySelectorAll("input:not([type=hidden]), textarea, select, #log")];
    order[order.indexOf(event.target) + 1].focus();
  } else if (event.altKey && /^[1-9]$/.test(event.key)) {
    const person = document.querySelectorAll("#caller [data-person]")[Number(event.key) - 1];
    if (person) { event.preventDefault(); person.click(); }
  }
});
document.getElementById("clear").addEventListener("click", () => {
  localStorage.removeItem(`draft:${form.dataset.draft}`);
  window.location.assign(window.location.pathname);
});
show(field("place_name").value);
categoryChosen = field("category").value !== "";
if (field("words").value || field("address").value) askHints();
