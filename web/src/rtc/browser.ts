/**
 * The seam to the browser: the few calls of WebRTC and media devices this client
 * needs. Everything else in rtc/ takes a Browser, so tests give a fake one.
 */
export interface Browser {
  newPeer(config: RTCConfiguration): RTCPeerConnection;
  openMedia(constraints: MediaStreamConstraints): Promise<MediaStream>;
  listDevices(): Promise<MediaDeviceInfo[]>;
  onDeviceChange(listener: () => void): () => void;
  newStream(tracks: MediaStreamTrack[]): MediaStream;
}

export const realBrowser: Browser = {
  newPeer: (config) => new RTCPeerConnection(config),
  openMedia: (constraints) => mediaDevices().getUserMedia(constraints),
  listDevices: () => mediaDevices().enumerateDevices(),
  onDeviceChange: (listener) => {
    mediaDevices().addEventListener("devicechange", listener);
    return () => mediaDevices().removeEventListener("devicechange", listener);
  },
  newStream: (tracks) => new MediaStream(tracks),
};

/** Absent when the page is neither https nor localhost: said as NotSupportedError. */
function mediaDevices(): MediaDevices {
  if (!("mediaDevices" in navigator)) {
    throw new DOMException("Camera and microphone need https.", "NotSupportedError");
  }
  return navigator.mediaDevices;
}
