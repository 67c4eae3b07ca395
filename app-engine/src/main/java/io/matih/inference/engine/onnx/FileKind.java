package io.matih.inference.engine.onnx;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// Recognises what else a file called `.onnx` may be, by how it begins.
enum FileKind {
    GIT_LFS(0, "version https://git-lfs", "a Git LFS pointer: the model itself was not downloaded"),
    HTML(0, "<", "a web page or XML text: perhaps the answer to a failed download"),
    ZIP(0, "PK\u0003\u0004", "a ZIP archive, as PyTorch and Keras save models"),
    HDF5(0, "\u0089HDF", "an HDF5 file, as older Keras saves models"),
    GZIP(0, "\u001f\u008b", "a gzip file"),
    ZSTANDARD(0, "(\u00b5/\u00fd", "a Zstandard file"),
    GGUF(0, "GGUF", "a GGUF model"),
    ORT(4, "ORTM", "a model in ONNX Runtime's own .ort format"),
    TFLITE(4, "TFL3", "a TensorFlow Lite model"),
    SAFETENSORS(8, "{\"", "a safetensors file: weights without a graph"),
    NUMPY(0, "\u0093NUMPY", "a NumPy array"),
    ELF(0, "\u007fELF", "a program or library");

    private static final int HEAD_BYTES = 256;
    private static final int PICKLE_PROTOCOL = 0x80;
    private static final int PICKLE_LATEST = 5;

    private final int offset;
    private final String magic;
    private final String words;

    FileKind(int offset, String magic, String words) {
        this.offset = offset;
        this.magic = magic;
        this.words = words;
    }

    /// What the file seems to be, as the end of a sentence; empty where nothing is recognised.
    static Optional<String> of(MemorySegment file) {
        var bytes =
                file.asSlice(0, Math.min(HEAD_BYTES, file.byteSize()))
                        .toArray(ValueLayout.JAVA_BYTE);
        var head = new String(bytes, StandardCharsets.ISO_8859_1);
        for (var kind : List.of(values())) {
            if (head.startsWith(kind.magic, kind.offset)) {
                return Optional.of(kind.words);
            }
        }
        if (isPickle(head)) {
            return Optional.of("a Python pickle, as scikit-learn and joblib save models");
        }
        return isText(head) ? Optional.of("a text file") : Optional.empty();
    }

    private static boolean isPickle(String head) {
        return head.length() > 1
                && head.charAt(0) == PICKLE_PROTOCOL
                && head.charAt(1) >= 2
                && head.charAt(1) <= PICKLE_LATEST;
    }

    private static boolean isText(String head) {
        return head.chars()
                .allMatch(c -> (c >= ' ' && c < 0x7F) || c == '\n' || c == '\r' || c == '\t');
    }
}
