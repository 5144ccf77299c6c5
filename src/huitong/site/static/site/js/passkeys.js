// Passkeys: the browser's own ceremony between a form and the server. Forms that need it appear only where it works.
"use strict";
(() => {
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const listed = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const answer = (credential) => {
    const given = credential.response;
    const response = { clientDataJSON: text(given.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (given[name]) response[name] = text(given[name]);
    }
    if (given.getTransports) response.transports = given.getTransports();
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    });
  };

  const create = (options, form) => {
    const asked = options.creation_options.publicKey;
    const selection = { ...asked.authenticatorSelection };
    const passwordless = form.querySelector("input[name=passwordless]");
    if (passwordless) {
      selection.residentKey = passwordless.checked ? "required" : "discouraged";
      selection.requireResidentKey = passwordless.checked;
      if (passwordless.checked) selection.userVerification = "required";
    }
    const publicKey = {
      ...asked,
      authenticatorSelection: selection,
      challenge: bytes(asked.challenge),
      user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: listed(asked.excludeCredentials),
    };
    return navigator.credentials.create({ publicKey });
  };

  const get = (options) => {
    const asked = options.request_options.publicKey;
    const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: listed(asked.allowCredentials) };
    return navigator.credentials.get({ publicKey });
  };

  const optionsOf = async (form) => {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const reply = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!reply.ok) throw new Error(String(reply.status));
    return reply.json();
  };

  if (!window.PublicKeyCredential) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const field = form.querySelector("input[name=credential]");
    const complaint = form.querySelector("[data-passkey-error]");
    let asking = false; // browsers refuse a second ceremony while one is under way
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (asking) return;
      asking = true;
      complaint.hidden = true;
      try {
        const options = await optionsOf(form);
        const credential = form.dataset.passkey === "create" ? await create(options, form) : await get(options);
        field.value = answer(credential);
        form.submit();
      } catch {
        complaint.hidden = false;
        asking = false;
      }
    });
  }
})();
