package io.matih.inference.server.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.matih.inference.engine.model.store.Uploads;
import io.matih.inference.engine.serving.Router;
import io.matih.inference.server.inference.InferenceLimits;
import io.matih.inference.server.oip.ProtocolModels;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc;

import java.util.List;

/// What the listener serves: the Open Inference Protocol and the health of the server and its
/// models.
public final class GrpcServices {
    private final InferencePath path;
    private final ModelHealth health;
    private final List<ServerServiceDefinition> definitions;

    /// @param uploads take the files of a load
    public GrpcServices(
            GrpcSettings settings,
            GrpcThreads threads,
            Router router,
            ProtocolModels models,
            Uploads uploads) {
        path =
                new InferencePath(
                        router,
                        new InferReader(InferenceLimits.DEFAULT),
                        new InferWriter(settings.messageBytes()),
                        threads,
                        new OpenStreams());
        health = new ModelHealth(models, threads.waiting());
        var protocol = new ProtocolService(models, uploads, threads.waiting());
        definitions =
                List.of(
                        inference(protocol.bindService(), settings.messageBytes()),
                        health.bindService());
    }

    List<ServerServiceDefinition> definitions() {
        return definitions;
    }

    /// Says that it is going, and ends the calls that would go on as long as their clients like.
    void drain() {
        health.end();
        path.streams().drain();
    }

    /// Messages of requests for inference are read by our own marshaller; everything else is the
    /// generated service's.
    private ServerServiceDefinition inference(ServerServiceDefinition rest, int limitBytes) {
        var marshaller = new ReceivedMarshaller(limitBytes);
        var infer = received(GRPCInferenceServiceGrpc.getModelInferMethod(), marshaller);
        var stream = received(GRPCInferenceServiceGrpc.getModelStreamInferMethod(), marshaller);
        var others =
                rest.getMethods().stream()
                        .filter(method -> !isInference(method.getMethodDescriptor()))
                        .toList();
        var generated = GRPCInferenceServiceGrpc.getServiceDescriptor();
        var descriptor =
                ServiceDescriptor.newBuilder(generated.getName())
                        .setSchemaDescriptor(generated.getSchemaDescriptor())
                        .addMethod(infer)
                        .addMethod(stream);
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
