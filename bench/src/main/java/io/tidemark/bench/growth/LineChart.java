package io.tidemark.bench.growth;

import io.tidemark.bench.report.Score;
import io.tidemark.bench.report.Svg;
import io.tidemark.bench.run.Contender.Kind;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Medians over what grows. */
final class LineChart {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 360;
    private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    private static final Map<Kind, Color> COLORS = Map.of(
            Kind.TIDEMARK, new Color(0x0B, 0x72, 0x85),
            Kind.PEER, new Color(0x8D, 0xA9, 0xC4),
            Kind.LIMIT, new Color(0x9F, 0x9F, 0x9F));

    private LineChart() {}

    /** @param scores of a line's name, by what grows; a line has at least one */
    static void write(Path file, Curve curve, Map<String, SortedMap<Double, Score>> scores) throws IOException {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(curve.work() + ": rate by " + curve.of())
                .xAxisTitle(curve.of())
                .yAxisTitle("events/s")
                .build();
        boolean fromZero = curve.points().stream().anyMatch(each -> each.at() == 0);
        chart.getStyler()
                .setXAxisLogarithmic(!fromZero)
                .setYAxisMin(0.0)
                .setYAxisDecimalPattern("#,##0")
                .setXAxisDecimalPattern("#,##0")
                .setAxisTickLabelsFont(TEXT)
                .setLegendPosition(LegendPosition.OutsideS)
                .setLegendLayout(LegendLayout.Horizontal)
                .setLegendFont(TEXT)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false);
        scores.forEach((name, line) -> {
            List<Double> at = new ArrayList<>(line.keySet());
            List<Double> medians = line.values().stream().map(Score::median).toList();
            Color color = COLORS.get(line.values().iterator().next().entrant().kind());
            XYSeries series = chart.addSeries(name, at, medians);
            series.setLineColor(color);
            series.setMarkerColor(color);
        });
        Svg.write(file, chart);
    }
}
