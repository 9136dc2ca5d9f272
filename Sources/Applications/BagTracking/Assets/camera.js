// Reads codes with the camera of the device, where the browser can.

/** Takes a code once until it was out of the frame for two seconds. */
export class FrameFilter {
  constructor(gone = 2000) { Object.assign(this, { gone, seen: new Map() }); }

  isNew(code, time) {
    const last = this.seen.get(code) ?? -Infinity;
    this.seen.set(code, time);
    return time - last > this.gone;
  }
}

const FORMATS = ["qr_code", "data_matrix", "code_128"];
const UNABLE = "This browser cannot read codes with its camera. Use a scanner, or type the code below the bars.";
const DENIED = "The camera is not allowed here. Allow it in the browser's settings for this site, then press Camera again.";
const MISSING = "No camera was found. The box below works without one.";

const at = (id) => document.getElementById(id);
let stream = null;
let whenClosed = () => {};

function note(words) {
  at("camera-note").hidden = !words;
  at("camera-note").textContent = words;
}

function close() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  at("camera-view").hidden = true;
  whenClosed();
}

async function look(detector, frames, take) {
  if (!stream) return;
  const found = at("video").readyState >= 2 ? await detector.detect(at("video")).catch(() => []) : [];
  for (const { rawValue } of found) if (frames.isNew(rawValue, performance.now())) take(rawValue);
  setTimeout(() => look(detector, frames, take), 120);
}

/** Opens the rear camera and hands every code it sees to `take`; closes it when it is open. */
export async function openCamera(take, closed) {
  whenClosed = closed;
  if (stream) return close();
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return note(UNABLE);
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false,
    });
  } catch (problem) {
    return note(problem.name === "NotAllowedError" ? DENIED : MISSING);
  }
  note("");
  at("video").srcObject = stream;
  await at("video").play();
  at("camera-view").hidden = false;
  at("camera-view").scrollIntoView({ block: "nearest" });
  at("torch").hidden = !stream.getVideoTracks()[0].getCapabilities?.().torch;
  return look(new BarcodeDetector({ formats: FORMATS }), new FrameFilter(), take);
}

if (typeof document !== "undefined") {
  at("camera-off").addEventListener("click", close);
  at("torch").addEventListener("click", async () => {
    const torch = at("torch").getAttribute("aria-pressed") !== "true";
    await stream?.getVideoTracks()[0].applyConstraints({ advanced: [{ torch }] }).catch(() => {});
    at("torch").setAttribute("aria-pressed", String(torch));
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden && stream) close(); });
}
