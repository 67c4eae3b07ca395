package io.matih.inference.server.bench.suite;

import com.google.protobuf.ByteString;

import io.matih.inference.server.bench.suite.Series.Unit;
import io.matih.inference.server.proto.ModelInferRequest;
import io.matih.inference.server.proto.ModelInferRequest.InferInputTensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Calls of `ModelInfer` a second, beside an empty method that gets and sends the same messages.
record GrpcRow(int connections) implements SuiteRow {
    private static final Goal GOAL = Goal.atLeast(0.80);

    @Override
    public String name() {
        return "grpc-infer-" + connections;
    }

    @Override
    public RowResult run(Stage stage) throws IOException, InterruptedException {
        var model = SuiteModel.digits();
        var server = stage.server();
        server.deploy(model.name(), stage.write(model.name(), model.onnx().get()), model.config());
        var requests = model.rows().stream().map(row -> request(model, row)).toList();
        var answers = requests.stream().map(r -> GrpcLoad.ask(server.grpcAddress(), r)).toList();
        var first = answers.getFirst();
        stage.yardsticks().grpcAnswersWith(first);
        var ours = new ArrayList<Double>();
        var empty = new ArrayList<Double>();
        var same = Collections.nCopies(answers.size(), first);
        try (var matih = new GrpcLoad(server.grpcAddress(), connections, requests, answers);
                var nothing =
                        new GrpcLoad(stage.yardsticks().grpc(), connections, requests, same)) {
            stage.progress().accept("warming up");
            matih.run(stage.timing().warmup());
            nothing.run(stage.timing().warmup());
            for (int round = 1; round <= stage.timing().rounds(); round++) {
                stage.progress(round);
                ours.add(matih.run(stage.timing().turn()));
                empty.add(nothing.run(stage.timing().turn()));
            }
            return new RowResult(
                    name(),
                    "digits-mlp, raw contents, 1 row of 64 floats, %d connections"
                            .formatted(connections),
                    List.of(
                            Series.of("matih", Unit.PER_SECOND, ours),
                            Series.of("empty gRPC method", Unit.PER_SECOND, empty),
                            Series.ratio("ratio to the empty method", ours, empty, GOAL)),
                    matih.wrong() + nothing.wrong(),
                    List.of("the load's share of the processors is the same on both sides"));
        }
    }

    private static byte[] request(SuiteModel model, List<String> row) {
        var raw = ByteBuffer.allocate(row.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        row.forEach(number -> raw.putFloat(Float.parseFloat(number)));
        return ModelInferRequest.newBuilder()
                .setModelName(model.name())
                .addInputs(
                        InferInputTensor.newBuilder()
                                .setName(model.input())
                                .setDatatype("FP32")
                                .addShape(1)
                                .addShape(row.size()))
                .addRawInputContents(ByteString.copyFrom(raw.flip()))
                .build()
                .toByteArray();
    }
}
