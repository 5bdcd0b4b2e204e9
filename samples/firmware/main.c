/* Firmware of bekenlab's sample plug: prints its configuration the way Tuya's firmware does, lets
 * a relay follow a button, and blinks the Wi-Fi LED from the timer interrupt.
 *
 * Register facts: docs/machine.md. Nothing here comes from a vendor's SDK.
 */
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

#define ICU_ENABLE REG(0x00802040)
#define ICU_GLOBAL REG(0x00802044)
#define ICU_STATUS REG(0x0080204C)
#define ICU_TIMER (1u << 8)

#define UART2_CONFIG REG(0x00802200)
#define UART2_STATUS REG(0x00802208)
#define UART2_PORT REG(0x0080220C)
#define UART_WRITE_READY (1u << 20)
#define UART_115200 ((225u << 8) | (3u << 3) | 1u) /* 26 MHz / 226, 8 bits, transmitter on */

#define GPIO(n) REG(0x00802800 + 4 * (n))
#define GPIO_LEVEL (1u << 0)
#define GPIO_OUT_LOW 0x00u
#define GPIO_OUT_HIGH (1u << 1)
#define GPIO_IN_PULL_UP ((1u << 2) | (1u << 3) | (1u << 4) | (1u << 5))

#define TIMER_PERIOD REG(0x00802A00)
#define TIMER_CONTROL REG(0x00802A0C)
#define TIMER_ENABLE (1u << 0)
#define TIMER_PENDING (1u << 7)
#define TICKS_PER_10_MS 260000u

enum { RELAY = 26, BUTTON = 10, WIFI_LED = 8, BLINK_TICKS = 25 };

struct parameter {
    const char *key;
    const char *value;
};

/* Kept equal to bekenlab.samples.PARAMETERS by a test. */
static const struct parameter parameters[] = {
    {"rl1_pin", "26"},     {"rl1_lv", "1"},     {"bt1_pin", "10"},   {"bt1_lv", "0"},
    {"netled1_pin", "8"},  {"netled1_lv", "0"}, {"ele_pin", "7"},    {"vi_pin", "6"},
    {"sel_pin_pin", "24"}, {"sel_pin_lv", "1"}, {"chip_type", "0"},  {"resistor", "1"},
    {"ch_num", "1"},       {"ch_dpid1", "1"},   {"ch_cddpid1", "9"}, {"net_trig", "4"},
    {"reset_t", "5"},      {"jv", "1.0.5"},     {"module", "CB2S"},
};

/* Neighbours, so that bekenlab finds the identity in the code as in Tuya's apps. */
const char identity[] __attribute__((section(".identity"))) =
    "bk7231n\0bekenlab_sample_plug\0" "1.0.0\0mf_init succ";

static volatile uint32_t ticks;
static uint32_t ticks_to_blink;
static uint32_t lit;

static void put(const char *text)
{
    for (; *text; text++) {
        while (!(UART2_STATUS & UART_WRITE_READY)) {
        }
        UART2_PORT = (uint32_t)(unsigned char)*text;
    }
}

static void record(const char *text)
{
    put("[01-01 18:12:15 TUYA N][lr:0x10000] ");
    put(text);
}

static void print_configuration(void)
{
    for (unsigned i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        record(",");
        put(parameters[i].key);
        put(": is ");
        put(parameters[i].value);
        put(" \r\n");
    }
}

void on_interrupt(void)
{
    ICU_STATUS = ICU_TIMER;
    TIMER_CONTROL = TIMER_ENABLE | TIMER_PENDING;
    ticks++;
    if (ticks_to_blink-- == 0) {
        ticks_to_blink = BLINK_TICKS - 1;
        lit = !lit;
        GPIO(WIFI_LED) = lit ? GPIO_OUT_LOW : GPIO_OUT_HIGH; /* active low */
    }
}

static int pressed(void)
{
    return !(GPIO(BUTTON) & GPIO_LEVEL);
}

int main(void)
{
    uint32_t relay = GPIO_OUT_LOW;
    int held = 0;

    UART2_CONFIG = UART_115200;
    record("< TUYA IOT SDK V:2.3.3 >\r\n");
    put("< BUILD AT:2024_01_01 BY bekenlab FOR samples AT bk7231n >\r\n");
    record("bekenlab_sample_plug:1.0.0\r\n");
    print_configuration();

    GPIO(RELAY) = relay;
    GPIO(WIFI_LED) = GPIO_OUT_HIGH;
    GPIO(BUTTON) = GPIO_IN_PULL_UP;

    TIMER_PERIOD = TICKS_PER_10_MS;
    TIMER_CONTROL = TIMER_ENABLE;
    ICU_ENABLE = ICU_TIMER;
    ICU_GLOBAL = 1;
    extern void enable_interrupts(void);
    enable_interrupts();
    record("app_init finished\r\n");

    for (uint32_t last = 0;;) {
        while (ticks == last) {
        }
        last = ticks;
        int now = pressed();
        if (now && !held) {
            relay ^= GPIO_OUT_HIGH;
            GPIO(RELAY) = relay;
            record(relay ? "relay on\r\n" : "relay off\r\n");
        }
        held = now;
    }
}
