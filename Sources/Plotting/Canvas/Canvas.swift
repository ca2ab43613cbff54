import CCairo

/// A place in points (1/72 inch) from the upper left corner, y down.
struct Point: Hashable {
    var x: Double
    var y: Double
}

struct Rectangle: Hashable {
    var left: Double
    var top: Double
    var right: Double
    var bottom: Double

    var width: Double { right - left }
    var height: Double { bottom - top }

    /// Whether a place is inside or, rounding aside, on the edge.
    func contains(_ place: Point) -> Bool {
        let slack = 1e-6
        return (left - slack...right + slack).contains(place.x)
            && (top - slack...bottom + slack).contains(place.y)
    }
}

/// Where a text's reference point lies along its baseline.
enum TextAnchor: Double {
    case start = 0
    case middle = 0.5
    case end = 1
}

/// A white page that cairo draws on, as pixels, PDF or SVG.
///
/// All lengths are points whatever the format, and font metrics are not rounded to pixels: a
/// layout measured on one canvas holds on every other. A character that the font lacks is drawn as
/// its code in a box. In SVG a text remains one, above all shapes of the page.
package final class Canvas {
    private let surface: OpaquePointer
    private let context: OpaquePointer
    private let sink = ByteSink()
    /// Of an SVG page.
    private var texts = SVGTexts()
    private let format: FigureFormat
    /// Pixels; the page size in points for the vector formats.
    private let width: Int
    private let height: Int

    init(_ size: FigureSize, as format: FigureFormat, dpi: Double) {
        self.format = format
        let points = (width: size.width * 72, height: size.height * 72)
        let sinkPointer = Unmanaged.passUnretained(sink).toOpaque()
        var scale = 1.0
        switch format {
        case .png:
            scale = dpi / 72
            width = Int((size.width * dpi).rounded())
            height = Int((size.height * dpi).rounded())
            surface = cairo_image_surface_create(
                CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
        case .pdf:
            width = Int(points.width)
            height = Int(points.height)
            surface = cairo_pdf_surface_create_for_stream(
                writeToSink, sinkPointer, points.width, points.height)
            cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_4)
        case .svg:
            width = Int(points.width)
            height = Int(points.height)
            surface = cairo_svg_surface_create_for_stream(
                writeToSink, sinkPointer, points.width, points.height)
        }
        context = cairo_create(surface)
        cairo_scale(context, scale, scale)
        let options = cairo_font_options_create()
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        cairo_set_font_options(context, options)
        cairo_font_options_destroy(options)
        setColor(.white)
        cairo_paint(context)
    }

    deinit {
        cairo_destroy(context)
        // Finishing a vector surface writes to the sink, which is still alive here.
        cairo_surface_finish(surface)
        cairo_surface_destroy(surface)
    }

    func setPDFMetadata(title: String?, creator: String?, subject: String) {
        guard format == .pdf else { return }
        if let title { cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title) }
        if let creator {
            cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, creator)
        }
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, subject)
        // An empty date keeps cairo from writing the current one.
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "")
    }

    func fill(_ rectangle: Rectangle, _ color: Color) {
        setColor(color)
        addPath(rectangle)
        cairo_fill(context)
    }

    func outline(_ rectangle: Rectangle, _ color: Color, width: Double) {
        setColor(color)
        cairo_set_line_width(context, width)
        addPath(rectangle)
        cairo_stroke(context)
    }

    func line(from start: Point, to end: Point, _ color: Color, width: Double) {
        setColor(color)
        cairo_set_line_width(context, width)
        cairo_move_to(context, start.x, start.y)
        cairo_line_to(context, end.x, end.y)
        cairo_stroke(context)
    }

    /// A line through places, broken nowhere, with round joints.
    func line(through places: [Point], _ color: Color, width: Double, dashes: [Double] = []) {
        guard places.count > 1 else { return }
        setColor(color)
        cairo_save(context)
        cairo_set_line_width(context, width)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        cairo_set_dash(context, dashes, Int32(dashes.count), 0)
        addPath(places)
        cairo_stroke(context)
        cairo_restore(context)
    }

    /// The inside of a polygon; what lies below shows through an opacity of less than 1.
    func fill(_ corners: [Point], _ color: Color, opacity: Double = 1) {
        setColor(color, opacity: opacity)
        addPath(corners)
        cairo_close_path(context)
        cairo_fill(context)
    }

    /// A rectangle in the colours of a scale, its first at the lower edge.
    func fill(_ rectangle: Rectangle, upwards colors: ColorScale) {
        let pattern = cairo_pattern_create_linear(0, rectangle.bottom, 0, rectangle.top)
        let steps = 64
        for step in 0...steps {
            let place = Double(step) / Double(steps)
            let (red, green, blue) = colors[place].channels
            cairo_pattern_add_color_stop_rgb(pattern, place, red, green, blue)
        }
        cairo_set_source(context, pattern)
        cairo_pattern_destroy(pattern)
        addPath(rectangle)
        cairo_fill(context)
    }

    func disc(_ center: Point, radius: Double, _ color: Color) {
        setColor(color)
        cairo_new_path(context)
        cairo_arc(context, center.x, center.y, radius, 0, 2 * .pi)
        cairo_fill(context)
    }

    func clipped(to rectangle: Rectangle, _ draw: () -> Void) {
        cairo_save(context)
        addPath(rectangle)
        cairo_clip(context)
        draw()
        cairo_restore(context)
    }

    /// What `draw` draws, so many points further down.
    func shifted(down distance: Double, _ draw: () throws -> Void) rethrows {
        cairo_save(context)
        defer { cairo_restore(context) }
        cairo_translate(context, 0, distance)
        try draw()
    }

    private func addPath(_ rectangle: Rectangle) {
        cairo_rectangle(
            context, rectangle.left, rectangle.top, rectangle.width, rectangle.height)
    }

    private func addPath(_ places: [Point]) {
        cairo_new_path(context)
        for place in places { cairo_line_to(context, place.x, place.y) }
    }

    private func setColor(_ color: Color, opacity: Double = 1) {
        let (red, green, blue) = color.channels
        if opacity == 1 {
            cairo_set_source_rgb(context, red, green, blue)
        } else {
            cairo_set_source_rgba(context, red, green, blue, opacity)
        }
    }

    /// Draws `text` with its baseline through `point`; a quarter turn reads from bottom to top.
    func text(
        _ text: String, at point: Point, _ font: Font, anchor: TextAnchor = .start,
        quarterTurn: Bool = false, color: Color = .text
    ) {
        if format == .svg {
            var place = point
            cairo_user_to_device(context, &place.x, &place.y)
            texts.add(
                text, at: place, font, anchor: anchor, quarterTurn: quarterTurn, color: color)
            return
        }
        setColor(color)
        select(font)
        cairo_save(context)
        cairo_translate(context, point.x, point.y)
        if quarterTurn { cairo_rotate(context, -.pi / 2) }
        cairo_move_to(context, -anchor.rawValue * width(of: text, font), 0)
        cairo_show_text(context, text)
        cairo_restore(context)
    }

    /// Advance width in points.
    func width(of text: String, _ font: Font) -> Double {
        select(font)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, text, &extents)
        return extents.x_advance
    }

    private func select(_ font: Font) {
        cairo_select_font_face(
            context, Font.family, CAIRO_FONT_SLANT_NORMAL,
            font.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        cairo_set_font_size(context, font.size)
    }

    /// The finished page: a PDF or SVG file; for PNG, pixels `[height, width, 3]`.
    ///
    /// - Throws: `PlottingError.notDrawn` with cairo's message.
    func finish() throws -> (bytes: [UInt8], width: Int, height: Int) {
        try check(cairo_status(context))
        switch format {
        case .png:
            cairo_surface_flush(surface)
            try check(cairo_surface_status(surface))
            return (rgbPixels(), width, height)
        case .pdf, .svg:
            cairo_show_page(context)
            cairo_surface_finish(surface)
            try check(cairo_surface_status(surface))
            let bytes = format == .svg ? texts.inserted(into: sink.bytes) : sink.bytes
            return (bytes, width, height)
        }
    }

    private func check(_ status: cairo_status_t) throws {
        guard status == CAIRO_STATUS_SUCCESS else {
            throw PlottingError.notDrawn(
                by: "cairo", reason: String(cString: cairo_status_to_string(status)))
        }
    }

    /// Cairo's RGB24 pixel is a native 32-bit integer `0x00RRGGBB`; rows are `stride` bytes apart.
    private func rgbPixels() -> [UInt8] {
        guard let data = cairo_image_surface_get_data(surface) else { return [] }
        let stride = Int(cairo_image_surface_get_stride(surface))
        return [UInt8](unsafeUninitializedCapacity: width * height * 3) { rgb, count in
            for row in 0..<height {
                let pixels = UnsafeRawPointer(data + row * stride)
                    .bindMemory(to: UInt32.self, capacity: width)
                for column in 0..<width {
                    let pixel = pixels[column]
                    rgb[count] = UInt8(truncatingIfNeeded: pixel >> 16)
                    rgb[count + 1] = UInt8(truncatingIfNeeded: pixel >> 8)
                    rgb[count + 2] = UInt8(truncatingIfNeeded: pixel)
                    count += 3
                }
            }
        }
    }
}

private final class ByteSink {
    var bytes: [UInt8] = []
}

private func writeToSink(
    _ sink: UnsafeMutableRawPointer?, _ data: UnsafePointer<UInt8>?, _ count: UInt32
) -> cairo_status_t {
    guard let sink, let data else { return CAIRO_STATUS_WRITE_ERROR }
    Unmanaged<ByteSink>.fromOpaque(sink).takeUnretainedValue().bytes
        .append(contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
    return CAIRO_STATUS_SUCCESS
}
