// Follows a job on its page and shows the end by loading the page again.

import { LiveStream } from "./live/stream.js";

const place = document.querySelector("[data-job]");
if (place) {
  const bar = place.querySelector("progress");
  const words = place.querySelector("[data-words]");
  const number = new Intl.NumberFormat("en-IN");
  const show = (job) => {
    if (!["queued", "running"].includes(job.state)) {
      stream.close();
      location.reload();
      return;
    }
    const { done, total } = job.progress;
    if (!total) return;
    bar.max = total;
    bar.value = done;
    words.textContent = `${number.format(done)} of ${number.format(total)} rows`;
  };
  // What ended between the making of the page and the opening of the stream is asked for once.
  const ask = async () => {
    const answer = await fetch(`/bags/api/v1/jobs/${place.dataset.job}`);
    if (answer.ok) show(await answer.json());
  };
  const stream = new LiveStream(`/bags/api/v1/stream?topics=job:${place.dataset.job}`, {
    job: (message) => show(JSON.parse(message.data)),
    reset: ask,
  }, (state) => {
    if (state === "live") ask();
    if (state === "over") words.textContent = "Not live: reload the page.";
  });
}
