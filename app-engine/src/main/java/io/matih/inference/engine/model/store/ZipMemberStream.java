package io.matih.inference.engine.model.store;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Inflates one member. Its announced size is a limit, checked after every buffer, so a header that
/// lies costs no more than it admits to.
final class ZipMemberStream extends InputStream {
    private final FileChannel channel;
    private final ZipMember member;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final ByteBuffer compressed = ByteBuffer.allocate(1 << 16).limit(0);
    private long consumed;
    private long produced;
    private boolean ended;

    ZipMemberStream(FileChannel channel, ZipMember member) {
        this.channel = channel;
        this.member = member;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (ended || length == 0) {
            return ended ? -1 : 0;
        }
        int count =
                member.method() == ZipMember.STORED
                        ? copy(target, offset, length)
                        : inflate(target, offset, length);
        if (count == 0) {
            ended = true;
            checkWhole();
            return -1;
        }
        produced += count;
        if (produced > member.bytes()) {
            throw ZipArchive.refused(ErrorCode.ARCHIVE_LIMIT, "an entry is larger than it says");
        }
        crc.update(target, offset, count);
        return count;
    }

    private int copy(byte[] target, int offset, int length) throws IOException {
        if (!compressed.hasRemaining() && !fill()) {
            return 0;
        }
        int count = Math.min(length, compressed.remaining());
        compressed.get(target, offset, count);
        return count;
    }

    private int inflate(byte[] target, int offset, int length) throws IOException {
        try {
            int count = inflater.inflate(target, offset, length);
            while (count == 0 && !inflater.finished()) {
                if (inflater.needsDictionary() || !feed()) {
                    throw ZipArchive.damaged();
                }
                count = inflater.inflate(target, offset, length);
            }
            return count;
        } catch (DataFormatException e) {
            throw new ServingException(
                    ErrorCode.ARCHIVE_UNSAFE, ZipArchive.damaged().getMessage(), e);
        }
    }

    private boolean feed() throws IOException {
        if (!fill()) {
            return false;
        }
        inflater.setInput(compressed);
        return true;
    }

    private boolean fill() throws IOException {
        long left = member.compressedBytes() - consumed;
        compressed.clear().limit((int) Math.min(compressed.capacity(), left));
        int count = left == 0 ? 0 : channel.read(compressed, member.dataOffset() + consumed);
        compressed.flip();
        consumed += Math.max(count, 0);
        return count > 0;
    }

    private void checkWhole() {
        if (produced != member.bytes()) {
            throw ZipArchive.refused(ErrorCode.ARCHIVE_LIMIT, "an entry is smaller than it says");
        }
        if (crc.getValue() != member.crc32()
                || consumed != member.compressedBytes()
                || compressed.hasRemaining()) {
            throw ZipArchive.damaged();
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
