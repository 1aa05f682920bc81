package io.tidemark.stream;

import static java.util.stream.Collectors.toMap;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Questions to a Kafka cluster before anything works with it. Each is answered or refused within seconds, and refused by
 * an {@link IllegalStateException} whose message a user can act upon.
 */
final class KafkaAdmin implements AutoCloseable {
    private static final int ANSWER_SECONDS = 10;

    private final KafkaSettings kafka;
    private final Admin admin;

    private KafkaAdmin(KafkaSettings kafka, Admin admin) {
        this.kafka = kafka;
        this.admin = admin;
    }

    static KafkaAdmin of(KafkaSettings kafka) {
        try {
            return new KafkaAdmin(kafka, Admin.create(kafka.toProperties()));
        } catch (KafkaException e) {
            String reason = rootMessage(e);
            if (reason.contains("JAAS config")) {
                // Pieces of what could not be read as a setting are told there, and may be pieces of a password.
                throw new IllegalStateException(
                        "The settings for %s cannot be used: sasl.jaas.config must read <class of the login module> required username=\"…\" password=\"…\";"
                                .formatted(kafka));
            }
            throw new IllegalStateException("The settings for %s cannot be used: %s".formatted(kafka, reason), e);
        }
    }

    /** Numbers of partitions of those of the topics that exist. */
    Map<String, Integer> partitions(Collection<String> topics) {
        Map<String, KafkaFuture<TopicDescription>> asked =
                admin.describeTopics(topics).topicNameValues();
        Map<String, Integer> found = new HashMap<>();
        asked.forEach((topic, description) -> {
            try {
                found.put(topic, answer(description).partitions().size());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw refused("look at topic " + topic, e);
                }
            }
        });
        return found;
    }

    /** The settings in force for each of the topics, which must exist. */
    Map<String, Config> settings(Collection<String> topics) {
        List<ConfigResource> resources = topics.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        try {
            return answer(admin.describeConfigs(resources).all()).entrySet().stream()
                    .collect(toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
        } catch (ExecutionException e) {
            throw refused("read the settings of " + String.join(", ", topics), e);
        }
    }

    /**
     * Makes a topic.
     *
     * @return why Kafka refuses, if it does
     */
    Optional<Throwable> create(NewTopic topic) {
        try {
            answer(admin.createTopics(List.of(topic)).all());
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(e.getCause() == null ? e : e.getCause());
        }
    }

    private <T> T answer(KafkaFuture<T> asked) throws ExecutionException {
        try {
            return asked.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "%s does not answer within %d s; is it running, is the address right, and does security.protocol fit it?"
                            .formatted(kafka, ANSWER_SECONDS),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while asking " + kafka, e);
        }
    }

    /** @param task completes "does not allow to …" */
    private IllegalStateException refused(String task, ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        if (cause instanceof SslAuthenticationException) {
            return new IllegalStateException(
                    "TLS with %s fails (%s); check security.protocol and the ssl.… settings, such as ssl.truststore.location"
                            .formatted(kafka, rootMessage(cause)),
                    e);
        }
        if (cause instanceof AuthenticationException) {
            return new IllegalStateException(
                    "%s refuses the login (%s); check the sasl.… settings, user and password among them"
                            .formatted(kafka, rootMessage(cause)),
                    e);
        }
        if (cause instanceof AuthorizationException) {
            return new IllegalStateException(
                    "%s does not allow this user to %s (%s); grant it".formatted(kafka, task, cause.getMessage()), e);
        }
        return new IllegalStateException("Cannot %s in %s: %s".formatted(task, kafka, rootMessage(cause)), e);
    }

    static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return message == null
                ? root.getClass().getSimpleName()
                : message.lines().findFirst().orElse(message);
    }

    /** Waits for nothing: a server that is away would hold up the end of the questions. */
    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
