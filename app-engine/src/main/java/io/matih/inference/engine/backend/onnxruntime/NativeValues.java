package io.matih.inference.engine.backend.onnxruntime;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ai.onnxruntime.OrtException;

import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The native values of one execution, in the arrays of names and values that the C API takes.
/// `release` releases each exactly once; the arrays stay for the next execution. One thread at a
/// time, not always the same.
final class NativeValues implements AutoCloseable {
    private final NativeMemory memory;
    private final Arena arena;
    private final NativeApi api;
    private final long[] inputNames;
    private final long[] outputNames;

    private final MemorySegment inputs;
    private final MemorySegment outputs;
    private int inputCount;
    private int outputCount;
    private int held;

    @SuppressWarnings("MustBeClosedChecker") // closed by close
    NativeValues(List<TensorSpec> inputs, List<TensorSpec> outputs, NativeMemory memory) {
        this.memory = memory;
        // Shared: the next execution may come on another thread.
        arena = Arena.ofShared();
        api = new NativeApi(arena);
        inputNames = names(inputs);
        outputNames = names(outputs);
        this.inputs = arena.allocate(JAVA_LONG, 2L * inputNames.length);
        this.outputs = arena.allocate(JAVA_LONG, 2L * outputNames.length);
    }

    private long[] names(List<TensorSpec> specs) {
        return specs.stream().mapToLong(s -> arena.allocateFrom(s.name()).address()).toArray();
    }

    NativeApi api() {
        return api;
    }

    /// A dense input over memory that must outlive this execution.
    ///
    /// @param input its place in the model
    /// @param rows length of its first axis
    /// @param data address of its elements
    void addInput(int input, Datatype datatype, Shape shape, long rows, long data, long bytes)
            throws OrtException {
        add(input, api.tensor(OnnxTypes.code(datatype), shape, rows, data, bytes));
    }

    /// An input of empty strings, to be filled.
    ///
    /// @return its address
    long addStrings(int input, Shape shape, long rows) throws OrtException {
        long tensor = api.tensor(OnnxTypes.code(Datatype.BYTES), shape, rows);
        add(input, tensor);
        return tensor;
    }

    private void add(int input, long value) {
        inputs.setAtIndex(JAVA_LONG, inputCount, inputNames[input]);
        inputs.setAtIndex(JAVA_LONG, inputNames.length + inputCount, value);
        inputCount++;
        hold(1);
    }

    /// Executes the session on the inputs that were added.
    ///
    /// @param wanted places of the outputs that shall be computed
    void run(long session, long options, int[] wanted) throws OrtException {
        for (int i = 0; i < wanted.length; i++) {
            outputs.setAtIndex(JAVA_LONG, i, outputNames[wanted[i]]);
            // None: the runtime makes it.
            outputs.setAtIndex(JAVA_LONG, outputNames.length + i, 0);
        }
        NativeApi.run(
                session,
                options,
                inputs.address(),
                inputs.address() + JAVA_LONG.byteSize() * inputNames.length,
                inputCount,
                outputs.address(),
                wanted.length,
                outputs.address() + JAVA_LONG.byteSize() * outputNames.length);
        outputCount = wanted.length;
        hold(wanted.length);
    }

    /// The address of an output of the run, by its place among those wanted.
    long output(int place) {
        return outputs.getAtIndex(JAVA_LONG, outputNames.length + place);
    }

    private void hold(int count) {
        held += count;
        memory.addTensors(count);
    }

    void release() {
        for (int i = 0; i < outputCount; i++) {
            NativeApi.release(output(i));
        }
        for (int i = 0; i < inputCount; i++) {
            NativeApi.release(inputs.getAtIndex(JAVA_LONG, inputNames.length + i));
        }
        outputCount = 0;
        inputCount = 0;
        hold(-held);
    }

    @Override
    public void close() {
        release();
        arena.close();
    }
}
