// Files go ahead of their form, in pieces, and go on after whatever broke off; without this file the form takes them.
(() => {
const HERE = document.currentScript.dataset.tus, PIECE = 2 * 1024 * 1024, AT_ONCE = 2, DAY = 24 * 3600 * 1000;
const DELAYS = [0, 1000, 1000, 2000, 3000, 5000, 10000, 20000, 30000, ...Array(30).fill(60000)];
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
let loading;
const tus = () => loading ??= new Promise((found, failed) => {
  const script = document.createElement("script");
  script.src = HERE;
  script.onload = () => window.tus?.isSupported ? found(window.tus) : failed();
  script.onerror = failed;
  document.head.append(script);
});
const rows = new Set();
const sized = (bytes) => bytes < 1e6 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
const kept = (lib) => lib.defaultOptions.urlStorage;

const marked = (box, file) => ["qn", file.name, file.type, file.size, file.lastModified, location.pathname, box.dataset.name].join("-");

// One file at its place: what is said of it, what can be done with it.
class Row {
  constructor(box, file, name) {
    [this.box, this.file, this.name, this.sent, this.state] = [box, file, name, 0, ""];
    this.total = file?.size ?? 0;
    this.words = box.querySelector("template").dataset;
    this.form = box.closest("form");
    let list = box.nextElementSibling;
    if (!list?.matches(".ups")) {
      list = document.createElement("ul");
      list.className = "ups";
      box.after(list);
    }
    this.line = box.querySelector("template").content.firstElementChild.cloneNode(true);
    [this.bar, this.said, this.live] = ["progress", "[data-said]", "[role=status]"].map((one) => this.line.querySelector(one));
    all("[data-do]", this.line).forEach((button) => {
      button.setAttribute("aria-label", `${button.textContent.trim()}${this.words.of}${name}`);
      button.addEventListener("click", () => this[button.dataset.do]());
    });
    this.line.querySelector("[data-name]").textContent = name;
    list.append(this.line);
    rows.add(this);
  }
  get open() { return ["queued", "going", "checking", "waiting", "paused", "stopped"].includes(this.state); }
  get busy() { return ["going", "checking", "waiting"].includes(this.state); }
  is(state, why = "") {
    const news = state !== this.state || why;
    this.state = state;
    this.line.className = `up is-${{ done: "ok", refused: "bad", stopped: "back", waiting: "wait", paused: "hold" }[state] ?? "doing"}`;
    const facts = { n: sized(this.sent), all: sized(this.total), why };
    this.said.textContent = this.words[state].replace(/\{(\w+)\}/g, (_, key) => facts[key]);
    this.bar.hidden = ["done", "refused", "again"].includes(state);
    this.bar.value = this.total ? 100 * this.sent / this.total : 0;
    const shown = { pause: ["queued", "going", "waiting"], go: ["paused", "stopped"], drop: this.open ? [state] : [], remove: this.open ? [] : [state] };
    const held = this.line.contains(document.activeElement);
    all("[data-do]", this.line).forEach((button) => { button.hidden = !shown[button.dataset.do].includes(state); });
    if (held && document.activeElement.hidden) this.line.querySelector("[data-do]:not([hidden])").focus();
    const quarter = Math.floor(this.bar.value / 25);
    if (news || quarter !== this.quarter) this.live.textContent = `${this.name} ${this.said.textContent}`;
    this.quarter = quarter;
    if (!this.open) settle(this.form, state === "refused");
    if (!this.busy) next();
    if (state === "done") this.follow();
  }
  // Where the page goes on by itself it does when everything of this place is through.
  follow() {
    const button = document.getElementById(this.box.dataset.then), mine = [...rows].filter((row) => row.box === this.box);
    if (button && mine.every((row) => row.state === "done")) this.form.requestSubmit(button);
  }
  begin(lib) {
    const page = location.pathname, place = this.box.dataset.name, file = this.file;
    [this.lib, this.mark] = [lib, marked(this.box, file)];
    this.upload = new lib.Upload(file, {
      endpoint: this.box.dataset.uploads,
      chunkSize: PIECE,
      retryDelays: DELAYS,
      headers: { "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value },
      metadata: { filename: file.name, page, place },
      fingerprint: () => Promise.resolve(this.mark),
      onAfterResponse: (asked, answer) => this.heard(asked.getMethod(), answer),
      onShouldRetry: (error) => this.retries(error),
      onProgress: (sent) => {
        this.sent = sent;
        if (this.busy) this.is(sent < this.total ? "going" : "checking");
      },
      onSuccess: () => this.ends(),
      onError: (error) => this.fails(error),
    });
    this.is("queued");
  }
  async go() {
    if (!this.upload) return;
    this.is("going");
    this.fatal = "";
    if (!this.upload.url) {
      const before = await this.upload.findPreviousUploads();
      if (before.length) this.upload.resumeFromPreviousUpload(before[0]);
    }
    if (this.state === "going") this.upload.start();
  }
  pause() {
    this.upload.abort();
    this.is("paused");
  }
  // The client would begin anew after any answer but a good one: only what is gone is begun anew.
  heard(method, answer) {
    const status = answer.getStatus();
    if (!answer.getHeader("Tus-Resumable")) {
      if (status < 500) this.fatal = this.words[status === 413 ? "unknown" : "away"];
      throw new Error(`${status} from elsewhere`);
    }
    if (method === "HEAD" && status >= 400 && ![404, 410].includes(status)) {
      if (status < 500 && status !== 423) this.refusal = decodeURIComponent(answer.getHeader("Upload-Refusal") ?? "");
      throw new Error(`${status} for now`);
    }
    const id = answer.getHeader("Upload-Document");
    if (id) this.document = { id, name: decodeURIComponent(answer.getHeader("Upload-Name")) };
  }
  retries(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (this.fatal || this.refusal || !(status === 0 || status >= 500 || [409, 423].includes(status))) return false;
    if (this.busy) this.is("waiting");
    return true;
  }
  fails(error) {
    const answer = error.originalResponse, status = answer?.getStatus() ?? 0;
    if (status >= 400 && status < 500) this.refusal = answer.getBody();
    if (this.refusal) {
      this.forget();
      this.is("refused", this.refusal);
    } else this.is("stopped", this.fatal || (answer ? answer.getBody() : "") || this.words.unknown);
  }
  ends() {
    if (!this.document) return this.is("stopped", this.words.unknown);
    this.name = this.line.querySelector("[data-name]").textContent = this.document.name;
    const field = document.createElement("input");
    [field.type, field.name, field.value] = ["hidden", `${this.box.dataset.name}-kept`, this.document.id];
    this.line.append(field);
    this.is("done");
  }
  async forget() {
    if (!this.mark) return;
    const storage = kept(this.lib), found = await storage.findUploadsByFingerprint(this.mark);
    found.forEach((one) => storage.removeUpload(one.urlStorageKey));
  }
  remove() { this.drop(); }
  vanish() {
    this.state = "dropped";
    rows.delete(this);
    this.line.remove();
  }
  drop() {
    if (this.open) this.upload?.abort(true).catch(() => {});
    this.given?.();
    this.forget();
    if (this.line.contains(document.activeElement)) this.box.querySelector("input").focus();
    this.vanish();
    settle(this.form, false);
    next();
  }
}

// A few at once: the others wait their turn.
const next = () => {
  const going = [...rows].filter((row) => row.busy).length;
  [...rows].filter((row) => row.state === "queued").slice(0, Math.max(0, AT_ONCE - going)).forEach((row) => row.go());
};
// A form goes when its files are through.
const waits = new WeakMap();
const tell = (form, words) => {
  let line = form.querySelector(".ups-wait");
  if (!line) {
    line = document.createElement("p");
    line.className = "ups-wait small";
    line.setAttribute("role", "status");
    (waits.get(form)?.button?.closest(".row-line, p") ?? form.lastElementChild).after(line);
  }
  line.textContent = words;
};
const settle = (form, refused) => {
  const waiting = waits.get(form), mine = [...rows].filter((row) => row.form === form);
  if (!waiting) return;
  if (refused) {
    waits.delete(form);
    tell(form, waiting.words.look);
    return;
  }
  if (mine.some((row) => row.open)) return;
  waits.delete(form);
  tell(form, "");
  form.requestSubmit(waiting.button);
};
document.addEventListener("submit", (event) => {
  const form = event.target, mine = [...rows].filter((row) => row.form === form), open = mine.filter((row) => row.open);
  if (!open.length) {
    mine.forEach((row) => row.forget());
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const words = open[0].words;
  waits.set(form, { button: event.submitter, words });
  tell(form, open.every((row) => row.busy || row.state === "queued") ? words.later : words.left);
}, { capture: true });

const take = async (input) => {
  const box = input.closest("[data-uploads]");
  if (!box?.closest("form")?.elements.csrfmiddlewaretoken || !input.files.length) return;
  const lib = await tus().catch(() => null);
  if (!lib) return;
  const files = "many" in box.dataset ? [...input.files] : [...input.files].slice(0, 1);
  input.value = "";
  hint(box);
  // Where several photos become one file, any other file stands alone: the last one chosen.
  const photo = (file) => !file || file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name);
  const lone = "photos" in box.dataset && ![...files, ...[...rows].filter((row) => row.box === box).map((row) => row.file)].every(photo);
  if (lone) files.splice(0, files.length - 1);
  const marks = files.map((file) => marked(box, file));
  [...rows].filter((row) => row.box === box).forEach((row) => {
    if (row.state === "again" && marks.includes(row.mark)) row.vanish();
    else if (lone || !("many" in box.dataset)) row.drop();
  });
  let room = (+box.dataset.many || Infinity) - all("input[name$='-kept']", box.closest(".field") ?? box.parentElement).length;
  room -= [...rows].filter((row) => row.box === box && row.open).length;
  files.map((file) => new Row(box, file, file.name)).forEach((row, n) => {
    if (!("many" in box.dataset) || n < room) row.begin(lib);
    else row.is("refused", row.words.full.replace("{n}", box.dataset.many));
  });
  next();
};
const offer = (box, files) => {
  const input = box.querySelector("input[type=file]"), held = new DataTransfer();
  const kinds = input.accept.toLowerCase().split(",").filter(Boolean);
  const fits = (file) => kinds.some((kind) => kind[0] === "." ? file.name.toLowerCase().endsWith(kind) : file.type.startsWith(kind.replace("*", "")));
  const fit = [...files].filter((file) => !kinds.length || fits(file)), given = fit.length ? fit : [...files]; // none fits: the server says why
  ("many" in box.dataset ? given : given.slice(0, 1)).forEach((file) => held.items.add(file));
  input.files = held.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
};
const hint = (box) => {
  const said = box.querySelector("[data-file]");
  if (matchMedia("(pointer: fine)").matches) said.textContent = box.querySelector("template").dataset.drop;
  else said.textContent = "";
};
const at = (target) => target?.closest?.("[data-uploads]") ?? target?.closest?.(".field")?.querySelector("[data-uploads]") ?? null;

document.addEventListener("change", (event) => event.target.matches("[data-uploads] input[type=file]") && take(event.target));
document.addEventListener("paste", (event) => {
  const files = event.clipboardData?.files, boxes = all("[data-uploads]");
  const box = at(event.target) ?? (boxes.length === 1 ? boxes[0] : null);
  if (!files?.length || !box) return;
  event.preventDefault();
  offer(box, files);
});
const carries = (event) => event.dataTransfer?.types.includes("Files") && document.querySelector("[data-uploads]");
const lit = (box) => all(".is-over").forEach((one) => one !== box && one.classList.remove("is-over"));
document.addEventListener("dragover", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  const box = at(event.target);
  event.dataTransfer.dropEffect = box ? "copy" : "none";
  box?.classList.add("is-over");
  lit(box);
});
document.addEventListener("dragleave", (event) => event.relatedTarget || lit(null));
document.addEventListener("drop", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  lit(null);
  const box = at(event.target);
  if (box) offer(box, event.dataTransfer.files);
});
// The line is back: nobody waits for the next try.
addEventListener("online", () => [...rows].filter((row) => row.state === "waiting" || (row.state === "stopped" && !row.fatal)).forEach((row) => {
  row.upload.abort();
  row.go();
}));
addEventListener("beforeunload", (event) => [...rows].some((row) => row.busy) && event.preventDefault());

// What this page had before it was loaded anew: through is through, broken off is named.
const again = async (box) => {
  if (!Object.keys(localStorage).some((key) => key.startsWith("tus::"))) return;
  const lib = await tus(), storage = kept(lib), now = Date.now();
  for (const one of await storage.findAllUploads()) {
    if (now - Date.parse(one.creationTime) > DAY) storage.removeUpload(one.urlStorageKey);
    else if (one.metadata.page === location.pathname && one.metadata.place === box.dataset.name) await recall(box, one, storage, lib);
  }
};
const recall = async (box, one, storage, lib) => {
  const answer = await fetch(one.uploadUrl, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" }, redirect: "manual" });
  const id = answer.headers.get("Upload-Document"), offset = +answer.headers.get("Upload-Offset");
  if (!answer.ok || document.querySelector(`input[value="${id}"]`)) {
    if (answer.status >= 400 && answer.status < 500 || answer.ok) storage.removeUpload(one.urlStorageKey);
    return;
  }
  if (!id && !offset) return;
  const row = new Row(box, null, one.metadata.filename);
  row.lib = lib;
  row.mark = one.urlStorageKey.replace(/^tus::/, "").replace(/::[^:]*$/, "");
  [row.sent, row.total] = [offset, one.size];
  if (id) {
    row.document = { id, name: decodeURIComponent(answer.headers.get("Upload-Name")) };
    row.ends();
  } else {
    row.given = () => fetch(one.uploadUrl, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": row.form.elements.csrfmiddlewaretoken.value } });
    row.is("again");
  }
};
all("[data-uploads]").forEach((box) => {
  hint(box);
  if (matchMedia("(pointer: coarse)").matches) {
    box.classList.add("has-camera");
    all("[data-camera]", box).forEach((one) => { one.hidden = false; });
    all("[data-alone]", box).forEach((one) => { one.textContent = one.dataset.alone; });
  }
  again(box).catch(() => {});
});
})();
