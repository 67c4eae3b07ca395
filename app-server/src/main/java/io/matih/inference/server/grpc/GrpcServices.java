package io.matih.inference.server.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc;

/// The inference service put together: messages of requests for inference are read by our own
/// marshaller, everything else is the generated service's.
final class GrpcServices {
    private GrpcServices() {}

    static ServerServiceDefinition inference(
            ServerServiceDefinition rest, InferencePath path, int limitBytes) {
        var marshaller = new ReceivedMarshaller(limitBytes);
        var infer = received(GRPCInferenceServiceGrpc.getModelInferMethod(), marshaller);
        var stream = received(GRPCInferenceServiceGrpc.getModelStreamInferMethod(), marshaller);
        var generated = GRPCInferenceServiceGrpc.getServiceDescriptor();
        var descriptor =
                ServiceDescriptor.newBuilder(generated.getName())
                        .setSchemaDescriptor(generated.getSchemaDescriptor())
                        .addMethod(infer)
                        .addMethod(stream);
        var others =
                rest.getMethods().stream()
                        .filter(method -> !isInference(method.getMethodDescriptor()))
                        .toList();
        others.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        var service =
                ServerServiceDefinition.builder(descriptor.build())
                        .addMethod(infer, new UnaryInfer(path))
                        .addMethod(stream, new StreamInfer(path));
        others.forEach(service::addMethod);
        return service.build();
    }

    private static boolean isInference(MethodDescriptor<?, ?> method) {
        return method.equals(GRPCInferenceServiceGrpc.getModelInferMethod())
                || method.equals(GRPCInferenceServiceGrpc.getModelStreamInferMethod());
    }

    private static <A> MethodDescriptor<Received, A> received(
            MethodDescriptor<?, A> method, ReceivedMarshaller marshaller) {
        return method.toBuilder(marshaller, method.getResponseMarshaller()).build();
    }
}
