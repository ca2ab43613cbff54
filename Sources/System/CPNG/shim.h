#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of a PNG file as they grow, or the reason why there are none. Free `bytes`. */
typedef struct {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
    char message[120];
} cpng_output;

static inline void cpng_fail(png_structp png, png_const_charp message) {
    cpng_output *output = (cpng_output *)png_get_error_ptr(png);
    strncpy(output->message, message, sizeof output->message - 1);
    png_longjmp(png, 1);
}

static inline void cpng_ignore_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static inline void cpng_append(png_structp png, png_bytep data, png_size_t count) {
    cpng_output *output = (cpng_output *)png_get_io_ptr(png);
    if (count > output->capacity - output->count) {
        size_t capacity = output->capacity * 2 + count + 65536;
        uint8_t *bytes = (uint8_t *)realloc(output->bytes, capacity);
        if (bytes == NULL) png_error(png, "out of memory");
        output->bytes = bytes;
        output->capacity = capacity;
    }
    memcpy(output->bytes + output->count, data, count);
    output->count += count;
}

static inline void cpng_flush(png_structp png) { (void)png; }

/* Encodes 8-bit sRGB rows, 3 * width bytes each. Returns 0, or -1 with `output->message` set.

   The whole write is in C because libpng reports an error by longjmp, which must not cross a
   Swift frame. `text` holds 2 * text_count strings, keyword then UTF-8 value, each ended by a
   zero byte: ASCII values become tEXt chunks, others iTXt. */
static inline int cpng_write_rgb(
    cpng_output *output, const uint8_t *rgb, uint32_t width, uint32_t height,
    uint32_t pixels_per_metre, const char *text, int text_count
) {
    memset(output, 0, sizeof *output);
    png_text *chunks = (png_text *)calloc(text_count > 0 ? (size_t)text_count : 1, sizeof *chunks);
    png_structp png = png_create_write_struct(
        PNG_LIBPNG_VER_STRING, output, cpng_fail, cpng_ignore_warning);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    if (chunks == NULL || info == NULL) {
        strncpy(output->message, "out of memory", sizeof output->message - 1);
        png_destroy_write_struct(&png, NULL);
        free(chunks);
        return -1;
    }
    if (setjmp(png_jmpbuf(png)) != 0) {
        png_destroy_write_struct(&png, &info);
        free(chunks);
        return -1;
    }
    png_set_write_fn(png, output, cpng_append, cpng_flush);
    png_set_IHDR(
        png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_set_pHYs(png, info, pixels_per_metre, pixels_per_metre, PNG_RESOLUTION_METER);
    for (int i = 0; i < text_count; i++) {
        chunks[i].key = (png_charp)text;
        text += strlen(text) + 1;
        chunks[i].text = (png_charp)text;
        size_t length = strlen(text);
        int ascii = 1;
        for (size_t j = 0; j < length; j++) ascii &= (unsigned char)text[j] < 128;
        chunks[i].compression = ascii ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
        text += length + 1;
    }
    png_set_text(png, info, chunks, text_count);
    png_write_info(png, info);
    for (uint32_t row = 0; row < height; row++)
        png_write_row(png, rgb + (size_t)row * width * 3);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    free(chunks);
    return 0;
}
