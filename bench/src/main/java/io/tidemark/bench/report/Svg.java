package io.tidemark.bench.report;

import java.awt.Dimension;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.knowm.xchart.internal.chartpart.Chart;

/** Charts as SVG files, by Batik. */
public final class Svg {
    /** XChart draws texts as outlines, of many points; more digits than these nobody sees. */
    private static final int DIGITS = 1;

    private Svg() {}

    /** Draws the chart in its own size. */
    public static void write(Path file, Chart<?, ?> chart) throws IOException {
        try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            SVGGeneratorContext context = SVGGeneratorContext.createDefault(DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument("http://www.w3.org/2000/svg", "svg", null));
            context.setPrecision(DIGITS);
            SVGGraphics2D graphics = new SVGGraphics2D(context, false);
            graphics.setSVGCanvasSize(new Dimension(chart.getWidth(), chart.getHeight()));
            chart.paint(graphics, chart.getWidth(), chart.getHeight());
            graphics.stream(out, true);
        } catch (ParserConfigurationException e) {
            throw new IOException("Cannot draw " + file + ": " + e.getMessage(), e);
        }
    }
}
