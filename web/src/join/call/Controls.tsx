/** The row of controls: microphone, camera, devices, chat, hang up. */
import type { Ref } from "react";
import { useTranslation } from "react-i18next";
import { type LocalMedia, isOff } from "../../rtc/local";
import { useStore } from "../../shared/store";
import { Icon, type IconName } from "../room/icons";
import type { ChatView } from "./useChatView";

interface ControlsProps {
  local: LocalMedia;
  chat: ChatView;
  unread: number;
  onDevices: () => void;
  onHangUp: () => void;
}

export function Controls({ local, chat, unread, ...act }: ControlsProps) {
  const { t } = useTranslation();
  const state = useStore(local.state);
  const [microphoneOff, cameraOff] = [isOff(state, "microphone"), isOff(state, "camera")];
  const unreadText = unread > 0 && !chat.open ? t("call.unread", { count: unread }) : "";
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
        buttonRef={chat.button}
        pressed={chat.open}
        badge={chat.open ? 0 : unread}
        label={[t(chat.open ? "call.closeChat" : "call.openChat"), unreadText].join(" ").trim()}
        onPress={chat.toggle}
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
  buttonRef?: Ref<HTMLButtonElement>;
  shortcut?: string;
  off?: boolean;
  pressed?: boolean;
  danger?: boolean;
  badge?: number;
}

function Control({ icon, label, testId, onPress, shortcut, badge = 0, ...look }: ControlProps) {
  const { off = false, danger = false, pressed, buttonRef } = look;
  const looks = ["round", `control-${icon}`, off ? "round-off" : "", danger ? "round-danger" : ""];
  return (
    <button
      ref={buttonRef}
      type="button"
      className={looks.join(" ")}
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
