// Pleasant, never needed: every page works without this file.
const every = (selector, root = document) => [...root.querySelectorAll(selector)];
// A greyed button can be focused and read out, and does nothing.
every("[aria-disabled=true]").forEach((button) => button.addEventListener("click", (event) => event.preventDefault()));
// A menu closes with Escape or a click elsewhere.
const shut = (inside) => every("details.menu[open], details.who[open]").forEach((menu) => menu.contains(inside) || (menu.open = false));
addEventListener("click", (event) => shut(event.target));
addEventListener("keydown", (event) => event.key === "Escape" && shut(null));
// What went wrong is read first.
document.querySelector(".errsum")?.focus();
// A second click does not send twice; the server would not mind.
every("form[method=post]").forEach((form) => form.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
}));
