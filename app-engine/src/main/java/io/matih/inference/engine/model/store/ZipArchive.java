package io.matih.inference.engine.model.store;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// A zip archive by its central directory (PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.16),
/// read strictly: whatever two programs could understand in two ways is refused. The directory ends
/// where the end record begins, entries do not overlap each other or the directory, a local header
/// has the name its directory entry has. Zip64, several disks and encryption are not read.
final class ZipArchive implements AutoCloseable {
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int MAX_COMMENT = 0xFFFF;
    private static final int ENTRY_SIGNATURE = 0x02014b50;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int LOCAL_BYTES = 30;
    private static final int MAX_DIRECTORY_BYTES = 16 << 20;
    private static final long UINT32 = 0xFFFF_FFFFL;

    private final FileChannel channel;
    private final List<ZipMember> members;

    private ZipArchive(FileChannel channel, List<ZipMember> members) {
        this.channel = channel;
        this.members = members;
    }

    /// @throws ServingException `ARCHIVE_UNSAFE`, `ARCHIVE_LIMIT`
    static ZipArchive open(Path file) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new ZipArchive(channel, members(channel));
        } catch (BufferUnderflowException e) {
            channel.close();
            throw damaged();
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /// In the order of their data.
    List<ZipMember> members() {
        return members;
    }

    /// The member's bytes as they become, checked against its size and checksum on the way.
    InputStream stream(ZipMember member) {
        return new ZipMemberStream(channel, member);
    }

    private static List<ZipMember> members(FileChannel channel) throws IOException {
        var directory = directory(channel);
        var members = new ArrayList<ZipMember>();
        while (directory.entries.hasRemaining()) {
            members.add(member(channel, directory));
        }
        if (members.size() != directory.count) {
            throw damaged();
        }
        members.sort(Comparator.comparingLong(ZipMember::headerOffset));
        long free = 0;
        for (var member : members) {
            if (member.headerOffset() < free) {
                throw refused(ErrorCode.ARCHIVE_LIMIT, "its entries overlap");
            }
            free = member.dataOffset() + member.compressedBytes();
        }
        if (free > directory.offset) {
            throw refused(ErrorCode.ARCHIVE_LIMIT, "an entry overlaps the directory");
        }
        return List.copyOf(members);
    }

    private record Directory(ByteBuffer entries, int count, long offset) {}

    private static Directory directory(FileChannel channel) throws IOException {
        long size = channel.size();
        int tail = (int) Math.min(size, END_BYTES + MAX_COMMENT);
        var end = read(channel, size - tail, tail);
        int at = tail - END_BYTES;
        while (at >= 0 && end.getInt(at) != END_SIGNATURE) {
            at--;
        }
        if (at < 0 || at + END_BYTES + unsigned(end.getShort(at + 20)) != tail) {
            throw refused(ErrorCode.ARCHIVE_UNSAFE, "it is no whole zip");
        }
        int count = unsigned(end.getShort(at + 10));
        long bytes = unsigned(end.getInt(at + 12));
        long offset = unsigned(end.getInt(at + 16));
        if (count > StoreLimits.MAX_FILES || bytes > MAX_DIRECTORY_BYTES) {
            throw refused(
                    ErrorCode.ARCHIVE_LIMIT,
                    "it has more than %d entries, or is zip64".formatted(StoreLimits.MAX_FILES));
        }
        if (end.getInt(at + 4) != 0
                || unsigned(end.getShort(at + 8)) != count
                || offset + bytes != size - tail + at) {
            throw damaged();
        }
        return new Directory(read(channel, offset, (int) bytes), count, offset);
    }

    private static ZipMember member(FileChannel channel, Directory directory) throws IOException {
        var entry = directory.entries;
        int start = entry.position();
        if (entry.remaining() < ENTRY_BYTES || entry.getInt(start) != ENTRY_SIGNATURE) {
            throw damaged();
        }
        int nameLength = unsigned(entry.getShort(start + 28));
        var name = new byte[nameLength];
        entry.position(start + ENTRY_BYTES).get(name);
        int rest = unsigned(entry.getShort(start + 30)) + unsigned(entry.getShort(start + 32));
        if (entry.remaining() < rest) {
            throw damaged();
        }
        entry.position(entry.position() + rest);
        long offset = unsigned(entry.getInt(start + 42));
        return new ZipMember(
                new String(name, StandardCharsets.ISO_8859_1),
                unsigned(entry.getShort(start + 8)),
                unsigned(entry.getShort(start + 10)),
                unsigned(entry.getInt(start + 16)),
                size(entry.getInt(start + 20)),
                size(entry.getInt(start + 24)),
                entry.getInt(start + 38) >>> 16,
                offset,
                dataOffset(channel, offset, name));
    }

    private static long dataOffset(FileChannel channel, long offset, byte[] name)
            throws IOException {
        var local = read(channel, offset, LOCAL_BYTES + name.length);
        var localName = new byte[name.length];
        local.get(LOCAL_BYTES, localName);
        if (local.getInt(0) != LOCAL_SIGNATURE
                || unsigned(local.getShort(26)) != name.length
                || !Arrays.equals(localName, name)) {
            throw refused(ErrorCode.ARCHIVE_UNSAFE, "its headers contradict its directory");
        }
        return offset + LOCAL_BYTES + name.length + unsigned(local.getShort(28));
    }

    private static ByteBuffer read(FileChannel channel, long offset, int bytes) throws IOException {
        var buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw damaged();
            }
        }
        return buffer.flip();
    }

    private static long size(int bytes) {
        if (unsigned(bytes) == UINT32) {
            throw refused(ErrorCode.ARCHIVE_LIMIT, "it is zip64");
        }
        return unsigned(bytes);
    }

    private static int unsigned(short value) {
        return Short.toUnsignedInt(value);
    }

    private static long unsigned(int value) {
        return Integer.toUnsignedLong(value);
    }

    static ServingException damaged() {
        return refused(ErrorCode.ARCHIVE_UNSAFE, "it is damaged");
    }

    static ServingException refused(ErrorCode code, String reason) {
        return new ServingException(code, "the archive is refused: " + reason);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
