// A passkey form: the browser asks the device, the answer goes along as text. Without scripts another way is offered.
document.querySelectorAll("form[data-passkey]").forEach((form) => {
  if (!window.PublicKeyCredential) return;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const told = form.querySelector("[role=alert]");
    told.hidden = true;
    try {
      const data = JSON.parse(document.getElementById(form.dataset.options).textContent);
      const answer = form.dataset.passkey === "create"
        ? await window.webauthnJSON.create(data.creation_options)
        : await window.webauthnJSON.get(data.request_options);
      form.elements.credential.value = JSON.stringify(answer);
      form.submit();
    } catch {
      told.hidden = false;
      delete form.dataset.sent;
    }
  });
});
