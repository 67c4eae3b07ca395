package io.matih.inference.server.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;

/// Who may read a file that holds a secret: its owner, and the group of a file that root owns (as
/// PostgreSQL treats its private key).
final class FileModes {
    private FileModes() {}

    /// @throws SettingsException where the file's mode is weaker
    static void requirePrivate(Path file, String key) {
        try {
            var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
            if (view == null) {
                return;
            }
            var attributes = view.readAttributes();
            var tooMany = EnumSet.copyOf(attributes.permissions());
            tooMany.removeAll(
                    EnumSet.of(
                            PosixFilePermission.OWNER_READ,
                            PosixFilePermission.OWNER_WRITE,
                            PosixFilePermission.OWNER_EXECUTE));
            if (attributes.owner().getName().equals("root")) {
                tooMany.remove(PosixFilePermission.GROUP_READ);
            }
            if (!tooMany.isEmpty()) {
                throw new SettingsException(
                        "%s holds %s and other users have access to it: run chmod 600 %s"
                                .formatted(file, key, file));
            }
        } catch (IOException e) {
            throw new SettingsException("cannot read the mode of " + file, e);
        }
    }
}
