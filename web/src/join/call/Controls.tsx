/** The row of controls: microphone, camera, devices, chat, hang up. */
import { useTranslation } from "react-i18next";
import { type LocalMedia, isOff } from "../../rtc/local";
import { useStore } from "../../shared/store";
import { Icon, type IconName } from "../room/icons";

interface ControlsProps {
  local: LocalMedia;
  chatOpen: boolean;
  unread: number;
  onChat: () => void;
  onDevices: () => void;
  onHangUp: () => void;
}

export function Controls({ local, chatOpen, unread, ...act }: ControlsProps) {
  const { t } = useTranslation();
  const state = useStore(local.state);
  const [microphoneOff, cameraOff] = [isOff(state, "microphone"), isOff(state, "camera")];
  const unreadText = unread > 0 && !chatOpen ? t("call.unread", { count: unread }) : "";
  return (
    <div className="controls" role="toolbar" aria-label={t("call.controls")}>
      <Control
        icon="microphone"
        off={microphoneOff}
        testId="mute"
        shortcut="m"
        label={t(microphoneOff ? "call.unmute" : "call.mute")}
        onPress={() => local.toggle("microphone")}
      />
      <Control
        icon="camera"
        off={cameraOff}
        testId="camera"
        shortcut="v"
        label={t(cameraOff ? "call.cameraOn" : "call.cameraOff")}
        onPress={() => local.toggle("camera")}
      />
      <Control icon="settings" testId="devices" label={t("call.devices")} onPress={act.onDevices} />
      <Control
        icon="chat"
        testId="chat-toggle"
        shortcut="c"
        pressed={chatOpen}
        badge={chatOpen ? 0 : unread}
        label={[t(chatOpen ? "call.closeChat" : "call.openChat"), unreadText].join(" ").trim()}
        onPress={act.onChat}
      />
      <Control
        icon="hangup"
        testId="hangup"
        danger
        label={t("call.hangUp")}
        onPress={act.onHangUp}
      />
    </div>
  );
}

interface ControlProps {
  icon: IconName;
  label: string;
  testId: string;
  onPress: () => void;
  shortcut?: string;
  off?: boolean;
  pressed?: boolean;
  danger?: boolean;
  badge?: number;
}

function Control({ icon, label, testId, onPress, shortcut, badge = 0, ...look }: ControlProps) {
  const { off = false, danger = false, pressed } = look;
  const classes = ["round", off ? "round-off" : "", danger ? "round-danger" : ""].join(" ");
  return (
    <button
      type="button"
      className={classes}
      data-testid={testId}
      data-off={off || undefined}
      aria-label={label}
      aria-expanded={pressed}
      aria-keyshortcuts={shortcut}
      title={shortcut ? `${label} (${shortcut.toUpperCase()})` : label}
      onClick={onPress}
    >
      <Icon name={icon} off={off} />
      {badge > 0 ? (
        <span className="badge" data-testid="chat-unread" aria-hidden="true">
          {badge}
        </span>
      ) : null}
    </button>
  );
}
