package io.matih.inference.engine.onnx;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// Opens a model file, maps it for as long as it is read, and says what it is when it is no ONNX.
final class OnnxReader {
    private final OnnxLimits limits;

    OnnxReader(OnnxLimits limits) {
        this.limits = limits;
    }

    OnnxModel read(Path modelFile) {
        // Opening a pipe or a device would block or have side effects.
        if (!Files.isRegularFile(modelFile)) {
            throw Refusal.invalid("there is no such model file");
        }
        try (var channel = FileChannel.open(modelFile);
                var arena = Arena.ofConfined()) {
            long size = channel.size();
            requireSize(size);
            return read(channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena));
        } catch (IOException e) {
            throw new ServingException(
                    ErrorCode.STORAGE_FAILED, "the model file could not be read", e);
        }
    }

    private OnnxModel read(MemorySegment file) {
        try {
            return new ModelReader(new WireReader(file), limits).read();
        } catch (WireReader.Malformed e) {
            throw FileKind.of(file)
                    .map(kind -> Refusal.invalid("this is no ONNX model but " + kind))
                    .orElseGet(
                            () ->
                                    Refusal.invalid(
                                            "the model file is no ONNX model, or damaged or cut"
                                                    + " short: it makes no sense at byte %d of %d"
                                                            .formatted(
                                                                    e.position(),
                                                                    file.byteSize())));
        } catch (ServingException e) {
            // What a foreign file's bytes happen to mean as protobuf helps nobody.
            throw FileKind.of(file)
                    .map(kind -> Refusal.invalid("this is no ONNX model but " + kind))
                    .orElse(e);
        }
    }

    private static void requireSize(long size) {
        if (size == 0) {
            throw Refusal.invalid("the model file is empty");
        }
        if (size > Integer.MAX_VALUE) {
            throw Refusal.limit(
                    "the model file has %d bytes; protobuf ends at %d, so larger weights must be"
                                    .formatted(size, Integer.MAX_VALUE)
                            + " external data");
        }
    }
}
