/**
 * The GS1 Application Identifiers and their rules, as data, in the notation of the GS1 Barcode Syntax Dictionary.
 * Source: GS1 General Specifications 26 (January 2026), 3.2 (the AIs), 4.13 (associations), 7.8.5 (predefined
 * length), and GS1 Digital Link: URI Syntax 1.6 (keys, qualifiers, attributes), as BWIPP 2026-05-28 states them.
 * How it came about and how it is kept right: docs/decisions/0010-ai-table.md.
 *
 * A line: the AI or a range; `*` where the length is predefined and no FNC1 follows; the components; the rules.
 * A component is a character set (N digits, X set 82, Y set 39, Z set 64), a length or `..` a maximum, and the
 * checks that it must pass (ai-checks.ts); one in brackets is optional.
 * - `req=01,02+37`: one of these AIs, or all of those joined by `+`, must be there; several `req` must all hold.
 * - `ex=02,37`: none of these may be there. `310n` and `31nn` stand for every AI with that beginning; an AI does
 *   not exclude itself.
 * - `key`: it can head a Digital Link; `key=22,10,21|235`: with these qualifiers, in this order.
 * - `noattr`: it may not be in a Digital Link's query.
 */
export const applicationIdentifiers: string = `
00        * N18,csum,gcppos2 key
01        * N14,csum,gcppos2 ex=255,37 key=22,10,21|235
02        * N14,csum,gcppos2 ex=01,03 req=37
03        * N14,csum,gcppos2 ex=01,02,37 noattr
10          X..20 req=01,02,03,8006,8026
11        * N6,yymmd0 req=01,02,03,8006,8026
12        * N6,yymmd0 req=8020
13        * N6,yymmd0 req=01,02,03,8006,8026
15-16     * N6,yymmd0 req=01,02,03,8006,8026
17        * N6,yymmd0 req=01,02,03,255,8006,8026
20        * N2 req=01,02,8006,8026
21          X..20 ex=235 req=01,03,8006 noattr
22          X..20 req=01 noattr
235         X..28 req=01 noattr
240-241     X..30 req=01,02,8006,8026
242         N..6 req=01,02,8006,8026
243         X..20 req=01
250         X..30 req=01,8006 req=21
251         X..30 req=01,8006
253         N13,csum,gcppos1 [X..17] key
254         X..20 req=414 noattr
255         N13,csum,gcppos1 [N..12] ex=01,02,415,8006,8020,8026 key
30          N..8 req=01,02
3100-3105 * N6 ex=310n req=01,02
3110-3115 * N6 ex=311n req=01,02
3120-3125 * N6 ex=312n req=01,02
3130-3135 * N6 ex=313n req=01,02
3140-3145 * N6 ex=314n req=01,02
3150-3155 * N6 ex=315n req=01,02
3160-3165 * N6 ex=316n req=01,02
3200-3205 * N6 ex=320n req=01,02
3210-3215 * N6 ex=321n req=01,02
3220-3225 * N6 ex=322n req=01,02
3230-3235 * N6 ex=323n req=01,02
3240-3245 * N6 ex=324n req=01,02
3250-3255 * N6 ex=325n req=01,02
3260-3265 * N6 ex=326n req=01,02
3270-3275 * N6 ex=327n req=01,02
3280-3285 * N6 ex=328n req=01,02
3290-3295 * N6 ex=329n req=01,02
3300-3305 * N6 ex=330n req=00,01
3310-3315 * N6 ex=331n req=00,01
3320-3325 * N6 ex=332n req=00,01
3330-3335 * N6 ex=333n req=00,01
3340-3345 * N6 ex=334n req=00,01
3350-3355 * N6 ex=335n req=00,01
3360-3365 * N6 ex=336n req=00,01
3370-3375 * N6 ex=337n req=01
3400-3405 * N6 ex=340n req=00,01
3410-3415 * N6 ex=341n req=00,01
3420-3425 * N6 ex=342n req=00,01
3430-3435 * N6 ex=343n req=00,01
3440-3445 * N6 ex=344n req=00,01
3450-3455 * N6 ex=345n req=00,01
3460-3465 * N6 ex=346n req=00,01
3470-3475 * N6 ex=347n req=00,01
3480-3485 * N6 ex=348n req=00,01
3490-3495 * N6 ex=349n req=00,01
3500-3505 * N6 ex=350n req=01,02
3510-3515 * N6 ex=351n req=01,02
3520-3525 * N6 ex=352n req=01,02
3530-3535 * N6 ex=353n req=00,01
3540-3545 * N6 ex=354n req=00,01
3550-3555 * N6 ex=355n req=00,01
3560-3565 * N6 ex=356n req=01,02
3570-3575 * N6 ex=357n req=01,02
3600-3605 * N6 ex=360n req=01,02
3610-3615 * N6 ex=361n req=01,02
3620-3625 * N6 ex=362n req=00,01
3630-3635 * N6 ex=363n req=00,01
3640-3645 * N6 ex=364n req=01,02
3650-3655 * N6 ex=365n req=01,02
3660-3665 * N6 ex=366n req=01,02
3670-3675 * N6 ex=367n req=00,01
3680-3685 * N6 ex=368n req=00,01
3690-3695 * N6 ex=369n req=00,01
37          N..8 req=00 req=02,8026
3900-3909   N..15 ex=390n,391n,394n,8111 req=255,8020
3910-3919   N3,iso4217 N..15 ex=391n req=8020
3920-3929   N..15 ex=392n,393n req=01 req=30,31nn,32nn,35nn,36nn
3930-3939   N3,iso4217 N..15 ex=393n req=30,31nn,32nn,35nn,36nn
3940-3943   N4 ex=394n,8111 req=255
3950-3955   N6 ex=392n,393n,395n,8005 req=30,31nn,32nn,35nn,36nn
400         X..30
401         X..30,gcppos1 key
402         N17,csum,gcppos1 key
403         X..30 req=00
410-413   * N13,csum,gcppos1
414       * N13,csum,gcppos1 key=254|7040
415       * N13,csum,gcppos1 req=8020 key=8020
416       * N13,csum,gcppos1
417       * N13,csum,gcppos1 key=7040
420         X..20 ex=421
421         N3,iso3166 X..9 ex=4307
422         N3,iso3166 ex=426 req=01,02,8006,8026
423         N3,iso3166 [N3,iso3166] [N3,iso3166] [N3,iso3166] [N3,iso3166] ex=426 req=01,02
424         N3,iso3166 ex=426 req=01,02
425         N3,iso3166 [N3,iso3166] [N3,iso3166] [N3,iso3166] [N3,iso3166] ex=426 req=01,02
426         N3,iso3166 req=01,02
427         X..3 req=01,02 req=422
4300-4301   X..35,pcenc req=00
4302        X..70,pcenc req=00
4303        X..70,pcenc req=4302
4304-4306   X..70,pcenc req=00
4307        X2,iso3166alpha2 req=00
4308        X..30 req=00
4309        N10,latitude N10,longitude req=00
4310-4311   X..35,pcenc req=00
4312        X..70,pcenc req=00
4313        X..70,pcenc req=4312
4314-4316   X..70,pcenc req=00
4317        X2,iso3166alpha2 req=00
4318        X..20 req=00
4319        X..30 req=00
4320        X..35,pcenc req=00
4321-4323   N1,yesno req=00
4324-4325   N6,yymmd0 N4,hhmi req=00
4326        N6,yymmdd req=00
4330        N6 [X1,hyphen] ex=4331 req=00
4331        N6 [X1,hyphen] ex=4330 req=00
4332        N6 [X1,hyphen] ex=4333 req=00
4333        N6 [X1,hyphen] ex=4332 req=00
7001        N13 req=01,02,8006,8026
7002        X..30 req=01,02
7003        N6,yymmdd N4,hhmi req=01,02
7004        N..4 req=01+10
7005        X..12 req=01,02
7006        N6,yymmdd req=01,02
7007        N6,yymmdd [N6,yymmdd] req=01,02
7008        X..3 req=01,02
7009        X..10 req=01,02
7010        X..2 req=01,02
7011        N6,yymmdd [N4,hhmi] req=01,02
7020        X..20 req=01,8006 req=416
7021        X..20 req=01,8006
7022        X..20 req=7021
7023        X..30,gcppos1
7030-7039   N3,iso3166999 X..27 req=01,02
7040        N1 X1 X1 X1,importeridx noattr
7041        X..4,packagetype req=00 noattr
710-717     X..20 req=01
7230-7239   X2 X..28 req=01,8004
7240        X..20 req=01,8006
7241        N2,mediatype req=8017,8018
7242        X..25 req=8017,8018
7250        N8,yyyymmdd ex=7251 req=8018
7251        N8,yyyymmdd N4,hhmi ex=7250 req=8018
7252        N1,iso5218 req=8018
7253-7254   X..40,pcenc ex=7256,7259 req=8017,8018
7255        X..10 ex=7256,7259 req=8017,8018
7256        X..90,pcenc req=8017,8018
7257        X..70,pcenc req=8018
7258        X3,posinseqslash req=8018+7259
7259        X..40,pcenc ex=7256 req=8018
8001        N4,nonzero N5,nonzero N3,nonzero N1,winding N1 req=01
8002        X..20
8003        N1,zero N13,csum,gcppos1 [X..16] key
8004        X..30,gcppos1 key=7040
8005        N6 req=01,02
8006        N14,csum,gcppos2 N4,pieceoftotal ex=01,37 key=22,10,21
8007        X..34,iban req=415
8008        N6,yymmdd N2,hh [N2,mi] [N2,ss] req=01,02
8009        X..50 req=00,01
8010        Y..30,gcppos1 key=8011
8011        N..12,nozeroprefix req=8010 noattr
8012        X..20 req=01,8006
8013        X..25,csumalpha,gcppos1 key
8014        X..25,csumalpha,gcppos1,hasnondigit req=01 noattr
8017        N18,csum,gcppos1 ex=8018 key=8019
8018        N18,csum,gcppos1 ex=8017 key=8019
8019        N..10 req=8017,8018 noattr
8020        X..25 req=415 noattr
8026        N14,csum,gcppos2 N4,pieceoftotal ex=02,8006 req=37
8030        Z..90 req=00,01+21,253,255,8003,8004,8006+21,8010+8011,8017,8018
8040        N15 req=01+21 noattr
8041        N15 req=01+21+8040 noattr
8042        N32 req=01+21+8040 noattr
8043        N18 [N..2] req=01+21+8040 noattr
8110        X..70,couponcode
8111        N4 req=255
8112        X..70,couponposoffer
8200        X..70 req=01 noattr
90          X..30
91-99       X..90
`;
