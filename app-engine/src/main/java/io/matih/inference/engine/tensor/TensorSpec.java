package io.matih.inference.engine.tensor;

/// An input or output as a model declares it.
///
/// @param name the tensor's name in the graph; free text, to be escaped wherever it is shown
/// @param shape axis lengths, -1 where the model takes any
/// @param optional whether a request may leave it out (the model has a default for it)
public record TensorSpec(String name, Datatype datatype, Shape shape, boolean optional) {
    public TensorSpec(String name, Datatype datatype, Shape shape) {
        this(name, datatype, shape, false);
    }
}
