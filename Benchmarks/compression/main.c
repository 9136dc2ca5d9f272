/* What compressing a file costs and saves, with the libraries and levels that answers are compressed with. */
#include <brotli/encode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>
#include <zstd.h>

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t brotli(const unsigned char *in, size_t n, unsigned char *out, size_t room, int level) {
    size_t size = room;
    return BrotliEncoderCompress(level, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, n, in, &size, out) ? size : 0;
}

static size_t gzip(const unsigned char *in, size_t n, unsigned char *out, size_t room, int level) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = (unsigned char *)in;
    stream.avail_in = (unsigned)n;
    stream.next_out = out;
    stream.avail_out = (unsigned)room;
    deflate(&stream, Z_FINISH);
    size_t size = room - stream.avail_out;
    deflateEnd(&stream);
    return size;
}

static size_t zstd(const unsigned char *in, size_t n, unsigned char *out, size_t room, int level) {
    size_t size = ZSTD_compress(out, room, in, n, level);
    return ZSTD_isError(size) ? 0 : size;
}

struct method {
    const char *name;
    size_t (*run)(const unsigned char *, size_t, unsigned char *, size_t, int);
    int level;
};

static const struct method methods[] = {
    {"gzip 1", gzip, 1},   {"gzip 5", gzip, 5},     {"gzip 9", gzip, 9},   {"brotli 4", brotli, 4},
    {"brotli 5", brotli, 5}, {"brotli 7", brotli, 7}, {"zstd 1", zstd, 1},   {"zstd 3", zstd, 3},
    {"zstd 6", zstd, 6},   {"zstd 12", zstd, 12},
};

int main(int argc, char **argv) {
    for (int file = 1; file < argc; file++) {
        FILE *source = fopen(argv[file], "rb");
        if (!source) return 1;
        static unsigned char in[1 << 24], out[1 << 25];
        size_t n = fread(in, 1, sizeof in, source);
        fclose(source);
        const char *name = strrchr(argv[file], '/');
        for (size_t index = 0; index < sizeof methods / sizeof *methods; index++) {
            const struct method *method = &methods[index];
            size_t size = 0;
            double best = 1e9;
            for (int round = 0; round < 5; round++) {
                int times = 0;
                double began = seconds();
                do {
                    size = method->run(in, n, out, sizeof out, method->level);
                    times++;
                } while (seconds() - began < 0.05);
                double each = (seconds() - began) / times;
                if (each < best) best = each;
            }
            printf("%s\t%zu\t%s\t%zu\t%.0f\n", name ? name + 1 : argv[file], n, method->name, size, best * 1e6);
        }
    }
    return 0;
}
