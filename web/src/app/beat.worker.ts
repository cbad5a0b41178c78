/** Answers the first message (a span in ms) by a message each time that span has passed. */
self.onmessage = (event: MessageEvent<number>) => {
  setInterval(() => self.postMessage(null), event.data);
};

export {};
