// Checks a certificate's signature with the browser's own Ed25519; asks the house only where the browser has none.
const box = document.getElementById("verifier");
const field = document.getElementById("code");

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/forces/worker.js", { scope: "/forces/" });

function bytesOf(letters) {
  const plain = atob(letters.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

function keyBytes() {
  return Uint8Array.from(box.dataset.key.match(/../g), (pair) => Number.parseInt(pair, 16));
}

/** Whether the house signed it: true, false, or undefined where this device cannot tell. */
async function genuine(content, signature, code) {
  const head = new TextEncoder().encode(`gridward ${box.dataset.purpose}\n`);
  const told = new Uint8Array(head.length + content.length);
  told.set(head);
  told.set(content, head.length);
  try {
    const key = await crypto.subtle.importKey("raw", keyBytes(), "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, told);
  } catch {
    try {
      const answer = await fetch(box.dataset.check, { method: "POST", body: new URLSearchParams({ code }) });
      return answer.ok ? (await answer.json()).genuine : undefined;
    } catch {
      return undefined;
    }
  }
}

function show(outcome, said) {
  for (const [name, wanted] of [["genuine", true], ["false", false], ["unsure", undefined]]) {
    document.getElementById(name).hidden = outcome !== wanted;
  }
  document.getElementById("said").hidden = outcome !== true;
  if (outcome !== true) return;
  document.querySelectorAll("[data-part]").forEach((part) => {
    part.textContent = part.dataset.part === "hours" ? String(said[3] / 10) : String(said[Number(part.dataset.part)]);
  });
}

async function check() {
  const code = field.value.trim().replace(/^.*#/, "");
  try {
    const [head, tail] = code.split(".");
    const content = bytesOf(head);
    const said = JSON.parse(new TextDecoder().decode(content));
    show(await genuine(content, bytesOf(tail), code), said);
  } catch {
    show(false);
  }
}

document.getElementById("check").addEventListener("click", check);
function fromAddress() {
  if (location.hash.length < 2) return;
  field.value = location.hash.slice(1);
  void check();
}
addEventListener("hashchange", fromAddress);
fromAddress();
