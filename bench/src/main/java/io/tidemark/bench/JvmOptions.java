package io.tidemark.bench;

import java.util.ArrayList;
import java.util.List;

/** Options of the contenders' virtual machines: the same heap for all, and what an engine's own start scripts open on Java 17. */
final class JvmOptions {
    static final List<String> PLAIN = List.of("-Xmx2g");

    static final List<String> FLINK = opening(
            PLAIN,
            "java.base/java.lang",
            "java.base/java.net",
            "java.base/java.io",
            "java.base/java.nio",
            "java.base/java.text",
            "java.base/java.time",
            "java.base/java.util",
            "java.base/java.util.concurrent");

    static final List<String> SPARK = opening(
            FLINK,
            "java.base/java.lang.invoke",
            "java.base/java.lang.reflect",
            "java.base/java.util.concurrent.atomic",
            "java.base/jdk.internal.ref",
            "java.base/sun.nio.ch",
            "java.base/sun.nio.cs",
            "java.base/sun.security.action",
            "java.base/sun.util.calendar");

    static final List<String> HAZELCAST = opening(
            List.of(PLAIN.get(0), "--add-modules=java.se", "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED"),
            "java.base/java.lang",
            "java.base/sun.nio.ch",
            "java.management/sun.management",
            "jdk.management/com.sun.management.internal");

    private JvmOptions() {}

    private static List<String> opening(List<String> options, String... packages) {
        List<String> all = new ArrayList<>(options);
        for (String each : packages) {
            all.add("--add-opens=" + each + "=ALL-UNNAMED");
        }
        return List.copyOf(all);
    }
}
