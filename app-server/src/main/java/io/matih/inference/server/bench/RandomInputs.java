package io.matih.inference.server.bench;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.SplittableRandom;

/// Makes requests that fit a deployment's signature; the same ones each time.
public final class RandomInputs {
    private static final long SEED = 5;

    /// Of an axis that may have any length and is not the batch.
    private static final int ANY_LENGTH = 8;

    private final String model;
    private final JsonNode inputs;
    private final int rows;
    private final SplittableRandom random = new SplittableRandom(SEED);

    /// @param deployment the server's view of it, a signature included
    /// @param rows of one request, where the first axis may have any length
    public RandomInputs(JsonNode deployment, int rows) {
        this.model = deployment.path("name").asString("");
        this.inputs = deployment.at("/signature/inputs");
        this.rows = rows;
    }

    /// Whether there is a signature to go by.
    public boolean isPossible() {
        return inputs.isArray();
    }

    public ObjectNode next() {
        var request = JsonMapper.shared().createObjectNode().put("model", model);
        var tensors = request.putArray("inputs");
        for (var port : inputs) {
            var tensor = tensors.addObject();
            var datatype = port.path("datatype").asString("");
            tensor.put("name", port.path("name").asString("")).put("datatype", datatype);
            fill(tensor.putArray("data"), datatype, shape(port, tensor.putArray("shape")));
        }
        return request;
    }

    /// @return the element count
    private int shape(JsonNode port, ArrayNode into) {
        int count = 1;
        for (var axis : port.path("shape")) {
            int given = axis.intValue();
            int length = given >= 0 ? given : into.isEmpty() ? rows : ANY_LENGTH;
            into.add(length);
            count = Math.multiplyExact(count, length);
        }
        return count;
    }

    /// Whole numbers stay small: many are indices.
    private void fill(ArrayNode data, String datatype, int count) {
        for (int i = 0; i < count; i++) {
            switch (datatype) {
                case "BOOL" -> data.add(random.nextBoolean());
                case "BYTES" -> data.add("text " + random.nextInt(1000));
                case "FP16", "BF16", "FP32", "FP64" ->
                        data.add(Math.round(random.nextDouble(-1, 1) * 1e4) / 1e4);
                default -> data.add(random.nextInt(10));
            }
        }
    }
}
