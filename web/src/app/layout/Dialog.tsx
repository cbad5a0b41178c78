/** A dialog with a title. It stands there closed, too: only then is the focus given back to what opened it. */
import { Modal } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  name: string;
  title: string;
  opened: boolean;
  onClose: () => void;
  children: ReactNode;
}

export function Dialog({ name, title, opened, onClose, children }: Props) {
  return (
    <Modal.Root opened={opened} onClose={onClose}>
      <Modal.Overlay />
      <Modal.Content data-testid={`dialog-${name}`}>
        <Modal.Body className="dialog">
          <Modal.Title className="dialog-title">{title}</Modal.Title>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
