package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OrtException;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// Several requests' inputs as one batch: each input's parts, in the order of the requests, and the
/// rows that each request brought.
final class BatchInputs {
    /// By the input's place in the model, then by request; null for an input that was left out.
    private final Tensor[][] parts;

    private final long[] rows;

    private BatchInputs(Tensor[][] parts, long[] rows) {
        this.parts = parts;
        this.rows = rows;
    }

    static BatchInputs of(List<List<Tensor>> requests, InputPlaces places) {
        int count = requests.size();
        var parts = new Tensor[places.size()][];
        for (int i = 0; i < count; i++) {
            var request = requests.get(i);
            for (int k = 0; k < request.size(); k++) {
                var tensor = request.get(k);
                int place = places.of(tensor.name(), k);
                var input = parts[place];
                if (input == null) {
                    input = new Tensor[count];
                    parts[place] = input;
                }
                if (input[i] != null) {
                    throw new ServingException(
                            ErrorCode.DUPLICATE_INPUT,
                            "input '%s' is given twice"
                                    .formatted(ServingException.clip(tensor.name())));
                }
                input[i] = tensor;
            }
        }
        return new BatchInputs(parts, count > 1 ? rows(requests, parts, places) : new long[count]);
    }

    private static long[] rows(List<List<Tensor>> requests, Tensor[][] parts, InputPlaces places) {
        var rows = new long[requests.size()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = rowsOf(requests.get(i));
        }
        for (int place = 0; place < parts.length; place++) {
            if (parts[place] != null) {
                requireJoinable(places.name(place), parts[place]);
            }
        }
        return rows;
    }

    /// Gives each request its part of the outputs; a single one gets them as they are.
    List<List<Tensor>> split(List<Tensor> outputs) {
        return rows.length == 1 ? List.of(outputs) : new BatchSplit(rows).split(outputs);
    }

    /// Copies all inputs into the buffer, once, and makes native values of them.
    void toNative(BatchBuffer buffer, NativeValues values) throws OrtException {
        long space = 0;
        for (var input : parts) {
            space += input == null ? 0 : space(size(input));
        }
        var memory = buffer.reserve(space);
        long offset = 0;
        for (int place = 0; place < parts.length; place++) {
            var input = parts[place];
            if (input != null) {
                offset += toNative(place, input, memory, offset, values);
            }
        }
    }

    /// @return bytes that the input takes of the memory
    private long toNative(
            int place, Tensor[] input, MemorySegment memory, long offset, NativeValues values)
            throws OrtException {
        var shape = input[0].shape();
        var datatype = input[0].datatype();
        long count = 0;
        for (var part : input) {
            count += part.rows();
        }
        if (datatype == Datatype.BYTES) {
            Strings.requireUtf8(input);
            Strings.fill(values.api(), values.addStrings(place, shape, count), input);
            return 0;
        }
        long end = offset;
        for (var part : input) {
            MemorySegment.copy(part.data(), 0, memory, end, part.data().byteSize());
            end += part.data().byteSize();
        }
        long size = end - offset;
        values.addInput(place, datatype, shape, count, memory.address() + offset, size);
        return space(size);
    }

    private static long space(long size) {
        return (size + BatchBuffer.ALIGNMENT - 1) / BatchBuffer.ALIGNMENT * BatchBuffer.ALIGNMENT;
    }

    private static long size(Tensor[] input) {
        long size = 0;
        for (var part : input) {
            size += part.datatype() == Datatype.BYTES ? 0 : part.data().byteSize();
        }
        return size;
    }

    private static long rowsOf(List<Tensor> request) {
        long rows = request.isEmpty() ? 0 : request.getFirst().rows();
        for (var tensor : request) {
            if (tensor.shape().rank() == 0 || tensor.rows() != rows) {
                throw new ServingException(
                        ErrorCode.INVALID_SHAPE,
                        "input '%s' has shape %s, but the request has %d rows"
                                .formatted(
                                        ServingException.clip(tensor.name()),
                                        tensor.shape(),
                                        rows));
            }
        }
        return rows;
    }

    private static void requireJoinable(String name, Tensor[] input) {
        for (var part : input) {
            if (part == null) {
                throw new ServingException(
                        ErrorCode.INVALID_SHAPE,
                        "input '%s' came with some of the requests only: they cannot be executed together"
                                .formatted(ServingException.clip(name)));
            }
        }
        for (var part : input) {
            if (!alike(part, input[0])) {
                throw new ServingException(
                        ErrorCode.INVALID_SHAPE,
                        "input '%s': %s %s cannot be executed together with %s %s"
                                .formatted(
                                        ServingException.clip(name),
                                        part.datatype(),
                                        part.shape(),
                                        input[0].datatype(),
                                        input[0].shape()));
            }
        }
    }

    private static boolean alike(Tensor one, Tensor other) {
        if (one.datatype() != other.datatype() || one.shape().rank() != other.shape().rank()) {
            return false;
        }
        for (int i = 1; i < one.shape().rank(); i++) {
            if (one.shape().axis(i) != other.shape().axis(i)) {
                return false;
            }
        }
        return true;
    }
}
