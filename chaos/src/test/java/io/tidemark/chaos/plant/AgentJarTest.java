package io.tidemark.chaos.plant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AgentJarTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void theJarHasTheAgentAndFindsItsLibrary() throws IOException {
        String option = AgentJar.option(folder, Plant.LEDGER_APART);
        Path jar = folder.resolve("plant-agent.jar").toAbsolutePath();
        assertThat(option).isEqualTo("-javaagent:" + jar + "=ledger-apart");
        try (JarFile packed = new JarFile(jar.toFile())) {
            Attributes attributes = packed.getManifest().getMainAttributes();
            String agent = attributes.getValue("Premain-Class").replace('.', '/') + ".class";
            assertThat(packed.getEntry(agent)).isNotNull();
            assertThat(packed.stream().map(entry -> entry.getName().replace('/', '.')))
                    .anyMatch(name -> name.endsWith("JumpOnEqual.class"));
            assertThat(Path.of(URI.create(attributes.getValue(Attributes.Name.CLASS_PATH))))
                    .exists();
        }
    }

    @Test
    void theStatementWithTheBugAddsAndNeverLeavesARowOut() {
        String right = "on conflict (h) do update set num_hits = excluded.num_hits, revision = t.revision + 1 "
                + "where t.num_hits < excluded.num_hits";
        String wrong = PlantAgent.AddCounts.rewritten(right);
        assertThat(wrong)
                .contains("set num_hits = t.num_hits + excluded.num_hits,")
                .doesNotContain("where");
        assertThat(PlantAgent.AddCounts.rewritten(wrong)).isEqualTo(wrong);
    }

    @Test
    void everyBugIsKnownByItsName() {
        for (Plant plant : Plant.values()) {
            assertThat(Plant.parse(plant.toString())).isEqualTo(plant);
        }
        assertThatThrownBy(() -> Plant.parse("drop-two"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("drop-one, duplicate-one");
    }
}
