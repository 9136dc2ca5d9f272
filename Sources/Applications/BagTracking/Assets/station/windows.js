// What the windows of one browser tell each other of the scans of one person, so that each shows those of all.

/**
 * The way to the other windows of a person. What goes over it is there to be shown: what is true stands in the store, which
 * they share, and at the server. Browsers without such a way learn of it when they read the store.
 */
export class Windows {
  constructor(userID, hear, Channel = globalThis.BroadcastChannel) {
    this.userID = userID;
    if (!Channel) return;
    this.channel = new Channel("bags-station");
    this.channel.onmessage = ({ data }) => { if (data.user_id === userID) hear(data); };
  }

  /** `{kept}`, an entry of the store as it is now; or `{client, words, parent}`: the line of a scan and its sack after an answer. */
  tell(news) { this.channel?.postMessage({ user_id: this.userID, ...news }); }
}
