/**
 * Invented organisations and patients. Cities and their codes (GB/T 2260) are real; the hospitals in them are not, and
 * neither is anybody who was operated there.
 */

export interface InventedHospital {
  readonly zh: string;
  readonly en: string;
  /** GB/T 2260 */
  readonly area: string;
}

/** The first is the dedicated PPS centre. */
export const hospitals: readonly InventedHospital[] = [
  {
    zh: '广州穗岚肛肠医院（PPS 精准功能保肛中心）',
    en: 'Suilan Colorectal Hospital (PPS Centre), Guangzhou',
    area: '440100',
  },
  { zh: '深圳澜汐医院', en: 'Lanxi Hospital, Shenzhen', area: '440300' },
  { zh: '佛山禅溪中心医院', en: 'Chanxi Central Hospital, Foshan', area: '440600' },
  { zh: '东莞莞岭医院', en: 'Guanling Hospital, Dongguan', area: '441900' },
  { zh: '宁波甬澄医院', en: 'Yongcheng Hospital, Ningbo', area: '330200' },
  { zh: '杭州桐栖肿瘤医院', en: 'Tongqi Cancer Hospital, Hangzhou', area: '330100' },
  { zh: '南京钟槐医院', en: 'Zhonghuai Hospital, Nanjing', area: '320100' },
  { zh: '苏州吴桐医院', en: 'Wutong Hospital, Suzhou', area: '320500' },
  { zh: '北京潞晴医院', en: 'Luqing Hospital, Beijing', area: '110100' },
  { zh: '上海浦澄医院', en: 'Pucheng Hospital, Shanghai', area: '310115' },
  { zh: '天津津桥肛肠医院', en: 'Jinqiao Colorectal Hospital, Tianjin', area: '120101' },
  { zh: '重庆渝岫医院', en: 'Yuxiu Hospital, Chongqing', area: '500103' },
  { zh: '无锡梁溪岸医院', en: 'Liangxi’an Hospital, Wuxi', area: '320200' },
  { zh: '温州瓯屿医院', en: 'Ouyu Hospital, Wenzhou', area: '330300' },
  { zh: '南通江岬医院', en: 'Jiangjia Hospital, Nantong', area: '320600' },
  { zh: '合肥庐屏医院', en: 'Luping Hospital, Hefei', area: '340100' },
  { zh: '福州榕岸医院', en: 'Rong’an Hospital, Fuzhou', area: '350100' },
  { zh: '厦门鹭屿医院', en: 'Luyu Hospital, Xiamen', area: '350200' },
  { zh: '泉州鲤屏医院', en: 'Liping Hospital, Quanzhou', area: '350500' },
  { zh: '南昌赣渚医院', en: 'Ganzhu Hospital, Nanchang', area: '360100' },
  { zh: '济南泉岫医院', en: 'Quanxiu Hospital, Jinan', area: '370100' },
  { zh: '青岛崂湾医院', en: 'Laowan Hospital, Qingdao', area: '370200' },
  { zh: '烟台芝屿医院', en: 'Zhiyu Hospital, Yantai', area: '370600' },
  { zh: '郑州嵩原肿瘤医院', en: 'Songyuan Cancer Hospital, Zhengzhou', area: '410100' },
  { zh: '洛阳伊阙岸医院', en: 'Yique’an Hospital, Luoyang', area: '410300' },
  { zh: '武汉江垣医院', en: 'Jiangyuan Hospital, Wuhan', area: '420100' },
  { zh: '宜昌峡澄医院', en: 'Xiacheng Hospital, Yichang', area: '420500' },
  { zh: '长沙湘屏医院', en: 'Xiangping Hospital, Changsha', area: '430100' },
  { zh: '株洲渌岸医院', en: 'Lu’an Hospital, Zhuzhou', area: '430200' },
  { zh: '南宁邕岚医院', en: 'Yonglan Hospital, Nanning', area: '450100' },
  { zh: '桂林漓屏医院', en: 'Lipingshan Hospital, Guilin', area: '450300' },
  { zh: '海口琼屿医院', en: 'Qiongyu Hospital, Haikou', area: '460100' },
  { zh: '成都锦岫医院', en: 'Jinxiu Hospital, Chengdu', area: '510100' },
  { zh: '绵阳涪岚医院', en: 'Fulan Hospital, Mianyang', area: '510700' },
  { zh: '贵阳筑溪医院', en: 'Zhuxi Hospital, Guiyang', area: '520100' },
  { zh: '昆明滇渚医院', en: 'Dianzhu Hospital, Kunming', area: '530100' },
  { zh: '西安灞原医院', en: 'Bayuan Hospital, Xi’an', area: '610100' },
  { zh: '兰州兰渡医院', en: 'Landu Hospital, Lanzhou', area: '620100' },
  { zh: '西宁湟岸医院', en: 'Huang’an Hospital, Xining', area: '630100' },
  { zh: '银川凤原医院', en: 'Fengyuan Hospital, Yinchuan', area: '640100' },
  { zh: '乌鲁木齐天垣医院', en: 'Tianyuan Hospital, Urumqi', area: '650100' },
  { zh: '沈阳浑岸医院', en: 'Hun’an Hospital, Shenyang', area: '210100' },
  { zh: '大连滨屿医院', en: 'Binyu Hospital, Dalian', area: '210200' },
  { zh: '长春伊岸医院', en: 'Yi’an Hospital, Changchun', area: '220100' },
  { zh: '哈尔滨松渚医院', en: 'Songzhu Hospital, Harbin', area: '230100' },
  { zh: '石家庄滹原医院', en: 'Huyuan Hospital, Shijiazhuang', area: '130100' },
  { zh: '太原汾屏医院', en: 'Fenping Hospital, Taiyuan', area: '140100' },
  { zh: '呼和浩特青垣医院', en: 'Qingyuan Hospital, Hohhot', area: '150100' },
  { zh: '惠州鹅岭岸医院', en: 'E’ling’an Hospital, Huizhou', area: '441300' },
  { zh: '珠海香屿医院', en: 'Xiangyu Hospital, Zhuhai', area: '440400' },
];

export const manufacturer = {
  zh: '深圳澈衡医疗器械有限公司',
  en: 'Cheheng Medical Devices (Shenzhen) Co., Ltd.',
  area: '440300',
};

export const distributors = [
  {
    zh: '广州穗泽澄医疗供应链有限公司',
    en: 'Suizecheng Medical Supply (Guangzhou) Co., Ltd.',
    area: '440100',
  },
  { zh: '武汉江岫医药有限公司', en: 'Jiangxiu Pharmaceutical (Wuhan) Co., Ltd.', area: '420100' },
] as const;

export const drugAuthority = {
  zh: '广东省药品监督管理局（演示）',
  en: 'Guangdong Medical Products Administration (demonstration)',
  area: '440000',
};

export const healthAuthority = {
  zh: '浙江省卫生健康委员会（演示）',
  en: 'Health Commission of Zhejiang (demonstration)',
  area: '330000',
};

export const foundation = {
  zh: '深圳澈心公益基金会（演示）',
  en: 'Chexin Charity Foundation, Shenzhen (demonstration)',
  area: '440300',
};

export const programmeName = {
  zh: '“暖肛”低位直肠癌保肛手术公益项目',
  en: 'Welfare programme for sphincter-preserving surgery in low rectal cancer',
};

const surnames = [
  ...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢',
];
const givenNames = [
  ...[
    '建国',
    '秀兰',
    '志强',
    '桂英',
    '丽华',
    '国栋',
    '玉珍',
    '海燕',
    '文斌',
    '春梅',
    '永康',
    '淑芬',
    '晓东',
    '雅琴',
  ],
  ...[
    '德明',
    '月娥',
    '俊杰',
    '凤霞',
    '立新',
    '慧敏',
    '伟民',
    '玉兰',
    '长青',
    '美玲',
    '振华',
    '巧云',
    '家豪',
    '静怡',
  ],
] as const;

/** @returns the n-th of 1,500 invented names of people, in Chinese order; neighbours differ in both parts. */
export function personName(n: number): string {
  const surname = surnames[(n * 7) % surnames.length] ?? '';
  const given = givenNames[(n * 11 + Math.floor(n / surnames.length)) % givenNames.length] ?? '';
  return surname + given;
}
