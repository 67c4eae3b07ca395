package io.matih.inference.engine.model.store;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// Writes zip archives that no honest program would.
final class ZipForge {
    /// One entry: headers say what the fields say, whether true or not.
    static final class Entry {
        final String name;
        final byte[] data;
        String localName;
        int flags;
        int method = 8;
        int mode = 0100644;
        long size;
        long crc;

        /// Index of an entry whose data this one shares, so that they overlap.
        int sharesWith = -1;

        Entry(String name, byte[] content) {
            this.name = name;
            this.localName = name;
            this.size = content.length;
            var checksum = new CRC32();
            checksum.update(content);
            this.crc = checksum.getValue();
            this.data = deflate(content);
        }

        Entry(String name, String content) {
            this(name, content.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// What the end record says; absent: the truth.
    @Nullable Integer count;

    private final List<Entry> entries = new ArrayList<>();

    ZipForge add(Entry entry) {
        entries.add(entry);
        return this;
    }

    ZipForge add(String name, String content) {
        return add(new Entry(name, content));
    }

    byte[] bytes() {
        var out = ByteBuffer.allocate(1 << 22).order(ByteOrder.LITTLE_ENDIAN);
        var offsets = new ArrayList<Integer>();
        for (var entry : entries) {
            offsets.add(entry.sharesWith < 0 ? out.position() : offsets.get(entry.sharesWith));
            if (entry.sharesWith < 0) {
                header(out, entry, 0x04034b50, entry.localName);
                out.putShort((short) 0).put(name(entry.localName)).put(entry.data);
            }
        }
        int directory = out.position();
        for (int i = 0; i < entries.size(); i++) {
            var entry = entries.get(i);
            header(out, entry, 0x02014b50, entry.name);
            out.putShort((short) 0).putShort((short) 0).putShort((short) 0);
            out.putInt(entry.mode << 16).putInt(offsets.get(i)).put(name(entry.name));
        }
        int bytes = out.position() - directory;
        int number = count == null ? entries.size() : count;
        out.putInt(0x06054b50).putInt(0).putShort((short) number).putShort((short) number);
        out.putInt(bytes).putInt(directory).putShort((short) 0);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static void header(ByteBuffer out, Entry entry, int signature, String name) {
        out.putInt(signature);
        if (signature == 0x02014b50) {
            out.putShort((short) (3 << 8 | 20));
        }
        out.putShort((short) 20).putShort((short) entry.flags).putShort((short) entry.method);
        out.putInt(0).putInt((int) entry.crc).putInt(entry.data.length).putInt((int) entry.size);
        out.putShort((short) name(name).length);
        if (signature == 0x02014b50) {
            out.putShort((short) 0);
        }
    }

    private static byte[] name(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] deflate(byte[] content) {
        try (var deflater = new Deflater(9, true)) {
            deflater.setInput(content);
            deflater.finish();
            var out = new byte[content.length + content.length / 100 + 64];
            return Arrays.copyOf(out, deflater.deflate(out));
        }
    }
}
