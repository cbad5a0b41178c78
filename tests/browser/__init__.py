"""The whole program in real Chromium, with fake cameras and microphones."""
