package io.matih.inference.engine.model.store;

/// One entry of a zip archive's central directory.
///
/// @param name as written, each byte one character
/// @param flags general purpose bits
/// @param method 0 stored, 8 deflated
/// @param crc32 of the member's bytes
/// @param unixMode type and permissions; 0 where the writer's system has none
/// @param headerOffset where its local header begins in the file
/// @param dataOffset where its compressed bytes begin
record ZipMember(
        String name,
        int flags,
        int method,
        long crc32,
        long compressedBytes,
        long bytes,
        int unixMode,
        long headerOffset,
        long dataOffset) {
    static final int STORED = 0;
    static final int DEFLATED = 8;

    private static final int ENCRYPTED = 1 | 1 << 6 | 1 << 13;
    private static final int TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int FOLDER = 0040000;

    boolean isEncrypted() {
        return (flags & ENCRYPTED) != 0;
    }

    boolean isFolder() {
        return name.endsWith("/");
    }

    /// Neither link nor device nor socket.
    boolean isPlain() {
        int type = unixMode & TYPE;
        return type == 0 || type == (isFolder() ? FOLDER : REGULAR);
    }

    /// Without the slash that ends a folder's.
    String path() {
        return isFolder() ? name.substring(0, name.length() - 1) : name;
    }
}
