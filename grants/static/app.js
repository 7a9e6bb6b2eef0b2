// Pleasant, never needed: every page works without this file.
const every = (selector, root = document) => [...root.querySelectorAll(selector)];
// A greyed button can be focused and read out, and does nothing.
every("[aria-disabled=true]").forEach((button) => button.addEventListener("click", (event) => event.preventDefault()));
// A menu closes with Escape or a click elsewhere.
const shut = (inside) => every("details.menu[open], details.who[open], .rows details.copy[open]").forEach((menu) => menu.contains(inside) || (menu.open = false));
addEventListener("click", (event) => shut(event.target));
addEventListener("keydown", (event) => event.key === "Escape" && shut(null));
// A document is leafed through by its arrows: pages, and with Shift documents.
addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
  const way = { ArrowLeft: ["earlier", "before"], ArrowRight: ["later", "after"] }[event.key]?.[+event.shiftKey];
  document.querySelector(`a[data-leaf="${way}"]`)?.click();
});
// 复制微信消息: the words lie in the page; where the browser allows it, opening them copies them too.
const selected = (words) => {
  const range = document.createRange();
  range.selectNodeContents(words);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  return document.execCommand("copy");
};
const copies = async (box) => {
  const [words, said] = [box.querySelector("[data-message]"), box.querySelector("[role=status]")];
  const done = await (navigator.clipboard?.writeText(words.textContent) ?? Promise.reject()).then(() => true, () => selected(words));
  said.textContent = done ? said.dataset.done : said.dataset.failed;
};
addEventListener("click", (event) => {
  const opener = event.target.closest("summary[data-copies]");
  if (opener && !opener.parentElement.open) setTimeout(() => copies(opener.parentElement));
});
// What went wrong is read first.
document.querySelector(".errsum")?.focus();
// A second click does not send twice; the server would not mind.
every("form[method=post]").forEach((form) => form.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
}));
// A table wider than its box is moved by the keys too, even where nothing in it takes the focus.
every(".scroll").forEach((box) => {
  if (box.scrollWidth <= box.clientWidth || box.querySelector("a, button, input, select, textarea, summary")) return;
  const name = box.querySelector("caption")?.textContent ?? box.closest("section[aria-labelledby]")?.getAttribute("aria-labelledby");
  box.tabIndex = 0;
  if (!name) return;
  box.setAttribute("role", "group");
  box.setAttribute(box.querySelector("caption") ? "aria-label" : "aria-labelledby", name);
});
// How much has been written, beside the field; read with the field, not at every key.
const counted = (line) => {
  const field = document.getElementById(line.dataset.counts), most = +line.dataset.most, least = +line.dataset.least;
  const show = () => {
    const n = [...field.value.replace(/\r\n/g, "\n").trim()].length;
    const [words, figure, bound] = n > most ? [line.dataset.over, n - most, most] : n && n < least ? [line.dataset.short, n, least] : [line.dataset.said, n, most];
    line.textContent = words.replace("{n}", figure).replace("{bound}", bound);
  };
  field.addEventListener("input", show);
  show();
};
every("[data-counts]").forEach(counted);
// A question that another one asks is there when its answer asks for it; the server asks again.
every("[data-when]").forEach((box) => {
  const form = box.closest("form"), name = box.dataset.when.slice(2), wanted = box.dataset.equals.split(" ").filter(Boolean);
  if (!form || ![...form.elements].some((one) => one.name === name)) return;
  const show = () => {
    const said = new FormData(form).getAll(name).map((one) => `${one}`.trim()).filter(Boolean);
    box.hidden = !said.some((one) => (wanted.length ? wanted.includes(one) : !["no", "0"].includes(one)));
  };
  form.addEventListener("input", show);
  show();
});
// Which file was chosen, said beside our own button.
every("[data-file]").forEach((said) => document.getElementById(said.dataset.file).addEventListener("change", (event) => { said.textContent = [...event.target.files].map((file) => file.name).join(", "); }));
// Whether it would be taken is said before the first byte goes out; the server asks again.
every("form[data-room]").forEach((form) => {
  const [field, said] = [form.querySelector("input[type=file]"), form.querySelector("[data-room-said]")];
  field.addEventListener("change", async () => {
    said.textContent = "";
    const told = [];
    for (const file of field.files) {
      const asked = new FormData();
      Object.entries({ name: file.name, size: file.size, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value }).forEach(([name, value]) => asked.append(name, value));
      const answer = await fetch(form.dataset.room, { method: "POST", body: asked }).catch(() => null);
      if (answer?.ok) told.push(await answer.text());
    }
    said.innerHTML = told.filter((words) => words.includes("fielderr")).join(" ") || told.at(-1) || "";
  });
});
// What is cut off a photo is seen while the slider moves.
every(".shot").forEach((shot) => {
  const view = shot.querySelector(".shotview"), sliders = every("[data-edge]", shot);
  const show = () => {
    const cut = Object.fromEntries(sliders.map((one) => [one.dataset.edge, +one.value / 100]));
    sliders.forEach((one) => { one.nextElementSibling.textContent = `${one.value}%`; });
    if (!view || Math.max(cut.left + cut.right, cut.top + cut.bottom) > 0.95) return;
    const [wide, high] = [+view.dataset.wide, +view.dataset.high];
    view.setAttribute("viewBox", [cut.left * wide, cut.top * high, (1 - cut.left - cut.right) * wide, (1 - cut.top - cut.bottom) * high].join(" "));
  };
  sliders.forEach((one) => one.addEventListener("input", show));
});
// What is typed is saved by itself; without a connection it waits, says so, and goes out again, and so does a press.
const autosaves = (form) => {
  let open = false, going = false, down = false, pressed = null, soon = 0, later = 0;
  const asks = form.matches("[hx-post]") ? form : form.querySelector("[hx-post]"), kept = form.dataset.kept;
  if (!asks) return;
  const retry = () => open && form.isConnected && asks.dispatchEvent(new Event("retry"));
  // What outlasts a reload lies in this tab alone until the server has it.
  const remember = () => {
    if (!kept) return;
    const marks = every("[data-score]", form).map((mark) => [mark.name, mark.value]);
    open ? sessionStorage.setItem(kept, JSON.stringify({ marks, press: pressed?.value })) : sessionStorage.removeItem(kept);
  };
  const waits = () => {
    const said = document.getElementById("saved");
    if (said) { said.className = "saved is-back"; said.textContent = pressed ? form.dataset.pressed ?? form.dataset.offline : form.dataset.offline; }
    clearTimeout(later);
    later = setTimeout(retry, 5000);
  };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    open = true;
    pressed = null;
    remember();
    soon ||= setTimeout(() => { soon = 0; retry(); }, 2000); // whoever writes without a pause is saved every two seconds
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    const status = event.detail.xhr?.status;
    if (!status) return;
    down = false;
    if (event.detail.successful || [409, 422].includes(status)) { open = false; remember(); }
    if (pressed) { going = true; form.requestSubmit(pressed); }
  });
  ["htmx:sendError", "htmx:timeout"].forEach((name) => form.addEventListener(name, () => { down = true; waits(); }));
  addEventListener("online", retry);
  addEventListener("beforeunload", (event) => { if (open && !going) event.preventDefault(); });
  form.addEventListener("submit", (event) => {
    const busy = asks.classList.contains("htmx-request");
    if (going || !(busy || down || kept || !navigator.onLine)) { going = true; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    [open, pressed] = [true, event.submitter];
    remember();
    if (down || !navigator.onLine) waits();
    if (!busy) retry();
  }, { capture: true });
  const left = kept && JSON.parse(sessionStorage.getItem(kept) ?? "null");
  if (!left) return;
  left.marks.forEach(([name, value]) => { if (form.elements[name]) form.elements[name].value = value; });
  [open, pressed] = [true, form.querySelector(`[name=do][value="${left.press}"]`)];
  setTimeout(retry, 1000);
};
// Marks: half a point up or down, the band they lie in, and what they add up to.
const adds = () => {
  const total = document.getElementById("total");
  if (total) total.textContent = every("[data-score]").reduce((sum, mark) => sum + (parseFloat(mark.value) || 0), 0).toFixed(1);
};
const steps = (mark) => {
  const box = mark.closest("fieldset"), show = () => {
    const points = parseFloat(mark.value), at = Number.isNaN(points) ? -1 : points >= +mark.dataset.high ? 0 : points >= +mark.dataset.low ? 1 : 2;
    every(".anchors li", box).forEach((band, n) => band.classList.toggle("hit", n === at));
    adds();
  };
  mark.addEventListener("input", show);
  mark.addEventListener("keydown", (event) => {
    const way = { ArrowUp: "0.5", ArrowDown: "-0.5" }[event.key];
    if (way) { event.preventDefault(); box.querySelector(`[data-step="${way}"]`).click(); }
  });
  every("[data-step]", box).forEach((button) => button.addEventListener("click", () => {
    mark.value = Math.min(+mark.dataset.full, Math.max(0, (parseFloat(mark.value) || 0) + +button.dataset.step));
    mark.dispatchEvent(new Event("input", { bubbles: true }));
  }));
};
// A form that comes while the page is open, as that of a panel does, is as lively as one that was there.
const lively = (root) => {
  every("form[data-autosave]", root).forEach(autosaves);
  every("[data-score]", root).forEach(steps);
  if (root.querySelector("[data-score]")) adds();
};
lively(document);
addEventListener("htmx:load", (event) => event.detail.elt !== document.body && lively(event.detail.elt));
// A ranking is dragged with the mouse: where a project is let go, its number is filled in and sent.
every("[data-ranks]").forEach((list) => {
  const rows = () => every("[data-pk]", list);
  let held = null;
  rows().forEach((row) => {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => { if (event.target.closest?.("input, a")) return event.preventDefault(); held = row; event.dataTransfer.effectAllowed = "move"; });
    row.addEventListener("dragend", () => { every(".over", list).forEach((one) => one.classList.remove("over")); held = null; });
    row.addEventListener("dragover", (event) => { if (!held) return; event.preventDefault(); every(".over", list).forEach((one) => one !== row && one.classList.remove("over")); row.classList.toggle("over", row !== held); });
    row.addEventListener("drop", (event) => {
      if (!held || row === held) return;
      event.preventDefault();
      const field = held.querySelector("input[name^=to-]");
      field.value = row.querySelector("input[name^=to-]").defaultValue;
      held.querySelector("button[name=put]").click();
    });
  });
});
