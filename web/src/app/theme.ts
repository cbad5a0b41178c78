/** Mantine dressed in the colours of shared/styles/tokens.css, and the styles' nonce. */
import { type CSSVariablesResolver, createTheme } from "@mantine/core";

export const theme = createTheme({
  fontFamily: "var(--font)",
  headings: { fontFamily: "var(--font)", fontWeight: "700" },
  colors: {
    green: [
      "#eef7f4",
      "#e3f0ec",
      "#c5e0d9",
      "#9fcbc0",
      "#74b2a4",
      "#4d9988",
      "#338273",
      "#237567",
      "#1c6a5d",
      "#14524a",
    ],
    red: [
      "#fdf1ef",
      "#fbe6e3",
      "#f4c8c3",
      "#e99f98",
      "#dc756c",
      "#cd5349",
      "#c0433a",
      "#b93c33",
      "#b3372f",
      "#8f2a24",
    ],
    apricot: [
      "#fef5ee",
      "#fcebdf",
      "#f8d5bd",
      "#f2b993",
      "#eba26f",
      "#e58f5b",
      "#cc6f38",
      "#a95622",
      "#8a4517",
      "#6c3510",
    ],
  },
  primaryColor: "green",
  primaryShade: 8,
  defaultRadius: "md",
  black: "#2c2925",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Badge: { defaultProps: { tt: "none", size: "md" } },
    Button: { defaultProps: { size: "md" } },
    TextInput: { defaultProps: { size: "md" } },
    NativeSelect: { defaultProps: { size: "md" } },
    PasswordInput: { defaultProps: { size: "md" } },
    Textarea: { defaultProps: { size: "md" } },
    // Scroll locking would add a style element of a library which knows no nonce.
    ModalRoot: { defaultProps: { lockScroll: false } },
  },
});

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#ffffff",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--ink-soft)",
    "--mantine-color-error": "var(--red)",
    "--mantine-color-placeholder": "var(--ink-soft)",
    "--mantine-color-default-border": "var(--line-strong)",
    "--mantine-color-anchor": "var(--green)",
  },
  dark: {},
});

/** The nonce of this response: browsers hide it from the attribute, not from the property. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
}
