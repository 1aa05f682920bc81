package io.tidemark.bench.report;

import io.tidemark.bench.run.Contender.Kind;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Medians as bars, with whiskers from the lowest to the highest, as SVG. */
final class BarChart {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 480;
    private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    private static final Map<Kind, Color> COLORS = Map.of(
            Kind.TIDEMARK, new Color(0x0B, 0x72, 0x85),
            Kind.MORE, new Color(0x5B, 0xA8, 0xA0),
            Kind.PEER, new Color(0x8D, 0xA9, 0xC4),
            Kind.LIMIT, new Color(0xCF, 0xCF, 0xCF));

    private BarChart() {}

    /** @param scores of contenders that have one; at least one */
    static void write(Path file, String title, List<Score> scores) throws IOException {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .yAxisTitle("events/s")
                .build();
        chart.getStyler()
                .setOverlapped(true)
                .setAvailableSpaceFill(0.6)
                .setXAxisLabelRotation(30)
                .setYAxisDecimalPattern("#,##0")
                .setYAxisMin(0.0)
                .setPlotGridVerticalLinesVisible(false)
                .setAxisTickLabelsFont(TEXT)
                .setErrorBarsColor(Color.BLACK)
                .setErrorBarsColorSeriesColor(false)
                .setLegendPosition(LegendPosition.OutsideS)
                .setLegendLayout(LegendLayout.Horizontal)
                .setLegendFont(TEXT)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false);
        List<String> names = scores.stream().map(each -> each.entrant().name()).toList();
        for (Kind kind : Kind.values()) {
            List<Double> medians = scores.stream()
                    .map(each -> each.entrant().kind() == kind ? each.median() : 0)
                    .toList();
            chart.addSeries(legend(kind), names, medians).setFillColor(COLORS.get(kind));
        }
        whiskers(chart, names, scores);
        Svg.write(file, chart);
    }

    /** The library knows errors of the same size both ways only: so they stand in the middle of the range. */
    private static void whiskers(CategoryChart chart, List<String> names, List<Score> scores) {
        List<Double> middles = new ArrayList<>();
        List<Double> errors = new ArrayList<>();
        for (Score each : scores) {
            middles.add((each.lowest() + each.highest()) / 2);
            errors.add((each.highest() - each.lowest()) / 2);
        }
        CategorySeries range = chart.addSeries("lowest … highest", names, middles, errors);
        range.setChartCategorySeriesRenderStyle(CategorySeriesRenderStyle.Scatter);
        range.setMarker(SeriesMarkers.NONE);
        range.setShowInLegend(false);
    }

    private static String legend(Kind kind) {
        return switch (kind) {
            case TIDEMARK -> "Tidemark";
            case MORE -> "Tidemark with more to do";
            case PEER -> "peers";
            case LIMIT -> "limits of the machine";
        };
    }
}
