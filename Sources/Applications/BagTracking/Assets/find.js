// The page that finds any code: its camera. The first code in the frame is the one that is sought.

const at = (id) => document.getElementById(id);

/** The looks of the camera, which the page does without until it is opened. */
function addStyle(address) {
  if (!address || document.querySelector(`link[href="${address}"]`)) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: address }));
}

function bind(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    addStyle(button.dataset.style);
    const { openCamera } = await import(button.dataset.module);
    let isFound = false;
    const take = (text) => {
      if (isFound) return;
      isFound = true;
      at("find-code").value = text;
      at("find-code").form.requestSubmit();
    };
    await openCamera(take, () => at("find-code").focus());
  });
}

if (typeof document !== "undefined" && at("camera")) bind(at("camera"));
