package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Several requests' inputs as one batch: each input's parts, in the order of the requests, and the
/// rows that each request brought.
final class BatchInputs {
    private final Map<String, List<Tensor>> parts;
    private final long[] rows;

    private BatchInputs(Map<String, List<Tensor>> parts, long[] rows) {
        this.parts = parts;
        this.rows = rows;
    }

    static BatchInputs of(List<List<Tensor>> requests) {
        var parts = new LinkedHashMap<String, List<Tensor>>();
        for (var request : requests) {
            for (var tensor : request) {
                parts.computeIfAbsent(tensor.name(), _ -> new ArrayList<>(requests.size()))
                        .add(tensor);
            }
        }
        var rows = new long[requests.size()];
        if (requests.size() > 1) {
            for (int i = 0; i < rows.length; i++) {
                rows[i] = rowsOf(requests.get(i));
            }
            parts.values().forEach(part -> requireJoinable(part, requests.size()));
        }
        return new BatchInputs(parts, rows);
    }

    /// Gives each request its part of the outputs; a single one gets them as they are.
    List<List<Tensor>> split(List<Tensor> outputs) {
        return rows.length == 1 ? List.of(outputs) : new BatchSplit(rows).split(outputs);
    }

    Iterable<String> names() {
        return parts.keySet();
    }

    /// Copies all inputs into the buffer and wraps them for the runtime.
    Map<String, OnnxTensor> toNative(
            OrtEnvironment environment, BatchBuffer buffer, NativeScope scope) throws OrtException {
        var memory = buffer.reserve(parts.values().stream().mapToLong(BatchInputs::space).sum());
        var tensors = LinkedHashMap.<String, OnnxTensor>newLinkedHashMap(parts.size());
        long offset = 0;
        for (var input : parts.entrySet()) {
            var part = input.getValue();
            var shape = joinedShape(part).toArray();
            var tensor =
                    part.getFirst().datatype() == Datatype.BYTES
                            ? Strings.toNative(environment, part, shape)
                            : dense(environment, part, shape, memory.asSlice(offset, size(part)));
            tensors.put(input.getKey(), scope.own(tensor));
            offset += space(part);
        }
        return tensors;
    }

    private static OnnxTensor dense(
            OrtEnvironment environment, List<Tensor> parts, long[] shape, MemorySegment memory)
            throws OrtException {
        long offset = 0;
        for (var part : parts) {
            MemorySegment.copy(part.data(), 0, memory, offset, part.data().byteSize());
            offset += part.data().byteSize();
        }
        var bytes = memory.asByteBuffer().order(ByteOrder.nativeOrder());
        var datatype = parts.getFirst().datatype();
        var type = OnnxTypes.javaType(datatype);
        return type == null
                ? RuntimeInternals.unsigned(datatype, bytes, shape)
                : OnnxTensor.createTensor(environment, bytes, shape, type);
    }

    private static long space(List<Tensor> parts) {
        long size = size(parts);
        return (size + BatchBuffer.ALIGNMENT - 1) / BatchBuffer.ALIGNMENT * BatchBuffer.ALIGNMENT;
    }

    private static long size(List<Tensor> parts) {
        if (parts.getFirst().datatype() == Datatype.BYTES) {
            return 0;
        }
        long size = parts.stream().mapToLong(part -> part.data().byteSize()).sum();
        if (size > Integer.MAX_VALUE - 64) {
            throw new ServingException(
                    ErrorCode.RESOURCE_LIMIT,
                    "input '%s' has %d bytes; one execution takes 2 GiB an input"
                            .formatted(ServingException.clip(parts.getFirst().name()), size));
        }
        return size;
    }

    private static Shape joinedShape(List<Tensor> parts) {
        var first = parts.getFirst().shape();
        return parts.size() == 1
                ? first
                : first.withAxis(0, parts.stream().mapToLong(Tensor::rows).sum());
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

    private static void requireJoinable(List<Tensor> parts, int requests) {
        var first = parts.getFirst();
        for (var part : parts) {
            boolean alike =
                    part.datatype() == first.datatype()
                            && Objects.equals(part.shape().withAxis(0, 0), first.shape().withAxis(0, 0));
            if (!alike || parts.size() != requests) {
                throw new ServingException(
                        ErrorCode.INVALID_SHAPE,
                        "input '%s': %s %s cannot be executed together with %s %s"
                                .formatted(
                                        ServingException.clip(part.name()),
                                        part.datatype(),
                                        part.shape(),
                                        first.datatype(),
                                        first.shape()));
            }
        }
    }
}
