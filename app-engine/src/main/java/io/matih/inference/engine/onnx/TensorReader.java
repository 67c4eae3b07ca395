package io.matih.inference.engine.onnx;

import static io.matih.inference.engine.onnx.WireReader.BYTES;
import static io.matih.inference.engine.onnx.WireReader.FIXED32;
import static io.matih.inference.engine.onnx.WireReader.FIXED64;
import static io.matih.inference.engine.onnx.WireReader.VARINT;

import io.matih.inference.engine.onnx.OnnxModel.OnnxTensor;
import io.matih.inference.engine.onnx.proto.OnnxMl.StringStringEntryProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto;
import io.matih.inference.engine.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads one `TensorProto`: its shape, its type and how many values there are, but no value.
final class TensorReader {
    private static final int MAX_EXTERNAL_ENTRIES = 64;

    private final WireReader wire;
    private final List<Long> dims = new ArrayList<>();
    private final List<Map.Entry<String, String>> externalData = new ArrayList<>();
    private String name = "";
    private int dataType;
    private long rawBytes = -1;
    private long values;
    private long textBytes;
    private boolean external;

    TensorReader(WireReader wire) {
        this.wire = wire;
    }

    OnnxTensor read() {
        wire.message(tag -> head(tag) || data(tag));
        return new OnnxTensor(
                name,
                dataType,
                List.copyOf(dims),
                rawBytes,
                values,
                textBytes,
                external,
                List.copyOf(externalData));
    }

    private boolean head(int tag) {
        switch (tag) {
            case TensorProto.DIMS_FIELD_NUMBER << 3 | VARINT -> dim(wire.varint());
            case TensorProto.DIMS_FIELD_NUMBER << 3 | BYTES -> wire.packed(this::dim);
            case TensorProto.DATA_TYPE_FIELD_NUMBER << 3 | VARINT -> dataType = (int) wire.varint();
            case TensorProto.NAME_FIELD_NUMBER << 3 | BYTES -> name = wire.text();
            case TensorProto.DATA_LOCATION_FIELD_NUMBER << 3 | VARINT ->
                    location((int) wire.varint());
            case TensorProto.EXTERNAL_DATA_FIELD_NUMBER << 3 | BYTES -> externalEntry();
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean data(int tag) {
        switch (tag) {
            case TensorProto.RAW_DATA_FIELD_NUMBER << 3 | BYTES -> rawBytes = wire.skipBytes();
            case TensorProto.FLOAT_DATA_FIELD_NUMBER << 3 | BYTES -> values += fixed(4);
            case TensorProto.DOUBLE_DATA_FIELD_NUMBER << 3 | BYTES -> values += fixed(8);
            case TensorProto.INT32_DATA_FIELD_NUMBER << 3 | BYTES,
                    TensorProto.INT64_DATA_FIELD_NUMBER << 3 | BYTES,
                    TensorProto.UINT64_DATA_FIELD_NUMBER << 3 | BYTES ->
                    values += wire.packedVarints();
            case TensorProto.FLOAT_DATA_FIELD_NUMBER << 3 | FIXED32,
                    TensorProto.DOUBLE_DATA_FIELD_NUMBER << 3 | FIXED64,
                    TensorProto.INT32_DATA_FIELD_NUMBER << 3 | VARINT,
                    TensorProto.INT64_DATA_FIELD_NUMBER << 3 | VARINT,
                    TensorProto.UINT64_DATA_FIELD_NUMBER << 3 | VARINT -> {
                wire.skip(tag & 7);
                values++;
            }
            case TensorProto.STRING_DATA_FIELD_NUMBER << 3 | BYTES -> {
                textBytes += wire.skipBytes();
                values++;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private long fixed(int byteSize) {
        long length = wire.skipBytes();
        if (length % byteSize != 0) {
            throw Refusal.invalid(
                    "tensor '%s': its list of values has %d bytes, which is no multiple of %d"
                            .formatted(Refusal.clip(name), length, byteSize));
        }
        return length / byteSize;
    }

    private void dim(long dim) {
        if (dims.size() == Shape.MAX_RANK) {
            throw Refusal.limit(
                    "tensor '%s' has more than %d axes"
                            .formatted(Refusal.clip(name), Shape.MAX_RANK));
        }
        dims.add(dim);
    }

    /// An unknown number leaves the value before it, as for every enumeration in protobuf.
    private void location(int number) {
        var location = TensorProto.DataLocation.forNumber(number);
        if (location != null) {
            external = location == TensorProto.DataLocation.EXTERNAL;
        }
    }

    private void externalEntry() {
        if (externalData.size() == MAX_EXTERNAL_ENTRIES) {
            throw Refusal.limit(
                    "tensor '%s' has more than %d external_data entries"
                            .formatted(Refusal.clip(name), MAX_EXTERNAL_ENTRIES));
        }
        var entry = new String[] {"", ""};
        wire.message(
                tag -> {
                    switch (tag) {
                        case StringStringEntryProto.KEY_FIELD_NUMBER << 3 | BYTES ->
                                entry[0] = wire.text();
                        case StringStringEntryProto.VALUE_FIELD_NUMBER << 3 | BYTES ->
                                entry[1] = wire.text();
                        default -> {
                            return false;
                        }
                    }
                    return true;
                });
        externalData.add(Map.entry(entry[0], entry[1]));
    }
}
