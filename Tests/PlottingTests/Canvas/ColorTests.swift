import Plotting
import Testing

@Suite("Colours")
struct ColorTests {
    @Test("hexadecimal forms")
    func hexadecimal() {
        #expect(Color(hex: "#F5B041") == Color(245, 176, 65))
        #expect(Color(hex: "5dade2") == Color(93, 173, 226))
        for text in ["", "#", "#F5B04", "#F5B0411", "+5B041", "#GGGGGG", "orange", "##5B041"] {
            #expect(Color(hex: text) == nil, "\(text)")
        }
    }

    @Test("the series differ in luminance, lightest first")
    func luminance() {
        let luminances = Color.series.map(\.luminance)
        for (lighter, darker) in zip(luminances, luminances.dropFirst()) {
            #expect(lighter > darker * 1.3)
        }
        #expect(Color.series.prefix(2) == [Color(0xF5, 0xB0, 0x41), Color(0x5D, 0xAD, 0xE2)])
    }
}
